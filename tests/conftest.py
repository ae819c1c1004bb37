"""What several tests share: the bundled knowledge base, and how hard Hypothesis tries."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from engine.load import load
from engine.rulebook import Rulebook

ROOT = Path(__file__).resolve().parent.parent

settings.register_profile("lumbar", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("lumbar")


@pytest.fixture(scope="session")
def bundled() -> Rulebook:
    """The knowledge base that comes with lumbar."""
    return load(ROOT / "knowledge")
