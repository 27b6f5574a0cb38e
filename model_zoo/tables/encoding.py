"""In which encoding a text file is, from all of its bytes, before any of them is taken for text."""

import codecs
import re
from dataclasses import replace

from charset_normalizer import from_bytes

from model_zoo.errors import DataError
from model_zoo.tables.source import Source, check_size

WESTERN = "cp1252"  # what Excel and Notepad write as "CSV" or "ANSI" in much of Europe and America
WESTERN_NOTE = (
    "It is not UTF-8 and was read as Windows-1252 (Western European). If accents look wrong, save "
    "it as CSV UTF-8."
)
_COMMON = (  # of the others, those that are met at all
    "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp437", "cp850",
    "cp932", "cp949", "gb18030", "big5", "shift_jis", "euc_jp", "euc_kr", "koi8_r", "mac_roman",
)  # fmt: skip
_BLOCK = 1 << 20
_SAMPLE = 1 << 16  # bytes of lines that are looked at closely
_NOT_WESTERN = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")  # bytes that Windows-1252 leaves undefined
_NOT_ASCII = re.compile(rb"[^\r\n]*[\x80-\xff][^\r\n]*")
# Marks within words, and capitals after small letters: other encodings read as this one.
_ODD = re.compile(r"[^\W\d_][¡-©«¬®¯±-³¶¸¹»-¿×÷ˆ‰‹›˜‡†„]+[^\W\d_]|[a-zß-öø-ÿ][À-ÖØ-ÞŠŒŽŸ]")


def decided(source: Source) -> tuple[Source, tuple[str, ...]]:
    """The source with its encoding, and what is to be said of that.

    That is UTF-8, or UTF-16 where the first bytes say so; Windows-1252 where the bytes cannot be
    UTF-8 and what they are then looks like words. Raises DataError, naming the line and what the
    encoding may be, where they are none of these, and where an upload is too large or long.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    size = lines = 0
    ascii_only, wide = True, False
    first, sample = (0, 0), b""  # line and byte that are not UTF-8, and lines of that kind
    with source.opened() as stream:
        while block := stream.read(_BLOCK):
            wide = wide or (not size and block.startswith((b"\xff\xfe", b"\xfe\xff")))
            before = lines
            size += len(block)
            lines += _line_ends(block)
            check_size(source, size, lines)
            if wide:
                continue
            if not sample:
                try:
                    decoder.decode(block)
                    ascii_only = ascii_only and block.isascii()
                    continue
                except UnicodeDecodeError as error:
                    block = error.object  # with what was left of the block before
                    first = before + 1 + _line_ends(block[: error.start]), block[error.start]
                    ascii_only = ascii_only and block[: error.start].isascii()
            sample = _sampled(sample, block)
            if not ascii_only or _NOT_WESTERN.search(block):
                raise _unknown(source, first, sample, mixed=not ascii_only)
    if not sample and not wide:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            first = lines + 1, error.object[error.start]
            raise _unknown(source, first, error.object, mixed=not ascii_only) from None
    if not sample:
        return source, ()
    if not _western(sample):
        raise _unknown(source, first, sample)
    return replace(source, encoding=WESTERN), (WESTERN_NOTE,)


def _line_ends(block: bytes) -> int:
    return max(block.count(b"\n"), block.count(b"\r"))


def _sampled(sample: bytes, block: bytes) -> bytes:
    """The sample with the lines of `block` that are not ASCII, up to its bound."""
    for line in _NOT_ASCII.finditer(block):
        if len(sample) >= _SAMPLE:
            break
        sample += line[0][:_SAMPLE] + b"\n"
    return sample


def _western(sample: bytes) -> bool:
    """Whether lines read as words in Windows-1252: most letters ASCII, no marks within words.

    A line that is sound UTF-8 says that two encodings are mixed.

    >>> _western("chère".encode("cp1252")), _western("отлично".encode("cp1251"))
    (True, False)
    """
    text = sample.decode(WESTERN, "replace")
    letters = [char for char in text if char.isalpha()]
    foreign = sum(char > "\x7f" for char in letters)
    if foreign > max(2, len(letters) / 3) or _ODD.search(text):
        return False
    return not any(_is_utf8(line) for line in sample.splitlines() if not line.isascii())


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _unknown(
    source: Source, first: tuple[int, int], sample: bytes, *, mixed: bool = False
) -> DataError:
    """What to say of the `first` line and byte that are not UTF-8, and of lines like it."""
    line, byte = first
    mixed = mixed or any(_is_utf8(part) for part in sample.splitlines() if not part.isascii())
    likely = "; other lines are UTF-8: two encodings are mixed" if mixed else ""
    if not mixed:
        fit = [match.encoding for match in from_bytes(sample) if match.encoding in _COMMON]
        likely = f"; probably {fit[0].replace('_', '-')}" if fit else ""
    return DataError(
        f"{source.name} is not UTF-8 (line {line}: byte {byte:#04x}{likely}). Open it where its "
        "letters look right, and save it as CSV UTF-8."
    )
