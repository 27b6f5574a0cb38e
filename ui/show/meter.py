"""A bar that says how much of something is used, as HTML."""

from model_zoo.host import Host
from ui.show.wording import megabytes


def meter(held_bytes: int, machine: Host) -> str:
    """This process's memory as a bar that ends at what it may use."""
    limit = "its memory limit" if machine.memory_limited else "this machine’s memory"
    used = f"{megabytes(held_bytes)} of {megabytes(machine.memory_bytes)}, {limit}"
    share = min(1.0, held_bytes / machine.memory_bytes)
    return (
        f'<div class="q-meter">Server process: {used}<div role="img" aria-label="{share:.1%}">'
        f'<span style="width:{100 * share:.1f}%"></span></div></div>'
    )
