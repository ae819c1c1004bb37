"""What a patient takes home: the recommendation in plain words, to be printed."""

from htpy import Node, article, button, div, main

from ... import render
from .advice import lines
from .page import whole
from .state import PageState
from .texts import text


def leaflet_page(state: PageState) -> str:
    """The page to print."""
    found = (
        render.recommendation_for_patient(state.base.rulebook, state.decision)
        if state.decision
        else render.rejection_for_patient(state.base.alarms, state.case)
    )
    shown: Node = article(".leaflet")[lines([*found])]
    printed = div(".whys.screen-only")[button(type="button", data_print=True, hidden=True)[text("printed")]]
    return whole(text("leaflet"), "decide", main(".single")[printed, shown], scripts=True)
