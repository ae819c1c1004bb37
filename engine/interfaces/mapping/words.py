"""Words that many files have for yes, no and no answer, and names of columns; proposed, and never applied unasked."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


YES = _words("1 yes y true t x checked ja j wahr oui vrai si sí sì verdadero vero sim da tak")
NO = _words("0 no n false f unchecked nein falsch non faux não nao nej ei nie")
NO_ANSWER = (
    _words("na n/a n.a. nan null #n/a #nv #n/v none . - -- k.a. ka missing fehlt unbekannt inconnu desconocido unk nk")
    | _words("-1 -7 -8 -9 -77 -88 -99 -777 -888 -999 -9999 9 77 88 99 777 888 999 9999 unknown refused")
    | {"keine angabe", "k. a.", "weiß nicht", "weiss nicht", "not known", "not answered", "don't know", "ne sait pas"}
)
EVENTS = ("redcap_event_name", "event name", "visit", "visite", "besuch", "zeitpunkt", "timepoint", "event")
ITEMS = ("item", "question", "question_id", "variable", "parameter", "testcd", "qstestcd", "linkid", "frage", "merkmal")
ANSWERS = ("value", "answer", "response", "result", "wert", "antwort", "ergebnis", "qsorres", "valeur", "réponse")
REDCAP = (
    "redcap_repeat_instrument",
    "redcap_repeat_instance",
    "redcap_survey_identifier",
    "redcap_data_access_group",
)
COMPLETE, COMPLETE_LABEL = "_complete", "complete?"
STATES = _words("0 1 2 incomplete unverified complete")
EMPTY, STATUS, OF_REDCAP = "nothing stands in it", "a REDCap status", "REDCap's own"
