"""What is used of Captum. It is imported here and nowhere else; `patches.lean_imports` says how."""

from model_zoo.patches import lean_imports

with lean_imports():
    from captum.attr import (
        InputXGradient,
        IntegratedGradients,
        Lime,
        Occlusion,
        Saliency,
        ShapleyValueSampling,
    )
    from captum.metrics import infidelity

__all__ = [
    "InputXGradient",
    "IntegratedGradients",
    "Lime",
    "Occlusion",
    "Saliency",
    "ShapleyValueSampling",
    "infidelity",
]
