"""Statistics against published or hand-worked values, and files that cannot be used."""

import pytest

from model_zoo.errors import DataError
from model_zoo.evaluate import f1, mcnemar, read_labelled, wilson


def test_wilson_interval():
    # Newcombe 1998, table I: 81 of 263 gives 0.2553 to 0.3662; 0 of 20 gives 0 to 0.1611
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert wilson(20, 20)[1] == 1.0


def test_mcnemar_is_the_exact_binomial_test():
    # 2 * (C(10,0) + C(10,1)) / 2**10
    assert mcnemar(9, 1).p == pytest.approx(22 / 1024)
    assert mcnemar(1, 9).p == mcnemar(9, 1).p
    assert mcnemar(5, 5).p == 1.0 and mcnemar(0, 0).p == 1.0
    assert mcnemar(3, 2).p == pytest.approx(1.0)


def test_mcnemar_for_many_rows_goes_on_smoothly():
    exact, approximate = mcnemar(5100, 4900), mcnemar(5101, 4901)
    assert approximate.p == pytest.approx(exact.p, rel=0.02)


def test_f1():
    assert f1([1, 1, 0, 0], [1, 0, 1, 0]) == 0.5
    assert f1([1, 1], [1, 1]) == 1.0
    assert f1([0, 0], [0, 0]) == 0.0


def test_reads_csv_and_tsv_and_both_kinds_of_label(tmp_path):
    csv = tmp_path / "a.csv"
    csv.write_text('id,review,y\n1,"Good, ""really"".",positive\n2,Bad.,0\n', encoding="utf-8-sig")
    assert read_labelled(csv, "review", "y") == (['Good, "really".', "Bad."], [1, 0])
    tsv = tmp_path / "a.tsv"
    tsv.write_text('review\ty\n"Good\tNEGATIVE\n')
    assert read_labelled(tsv, "review", "y") == (['"Good'], [0])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"text,label\n", "no rows"),
        (b"", "no column 'text'"),
        (b"review,label\nx,1\n", "Its columns: review, label"),
        (b"text,label\nx,1\ny,maybe\n", "line 3: label 'maybe'"),
        (b"text,label\nx,1\n ,1\n", "line 3: column 'text' is empty"),
        (b"text,label\nonly text\n", "label None"),
        (b"text,label\n\xff\xfe,1\n", "not a UTF-8"),
        (b"text,label\n" + b"x" * 200_000 + b",1\n", "not a UTF-8|field larger"),
    ],
)
def test_files_that_cannot_be_used_say_why(tmp_path, content, message):
    file = tmp_path / "a.csv"
    file.write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_labelled(file, "text", "label")
    with pytest.raises(DataError, match="does not exist"):
        read_labelled(tmp_path, "text", "label")
