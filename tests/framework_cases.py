"""What small cards come to under the EU AI Act's exemption, the G7's levels and the Open Weights Definition.

Each case: the changes to a card on which all is open, the verdicts that are possible, and the criteria that are not met in full.
"""

from __future__ import annotations

from framework_cards import (
    G7,
    LLAMA,
    OWD,
    RAIL,
    VERDICTS,
    Change,
    dataset,
    listing,
    no_data,
    release,
    says,
    second_set,
    topic,
    under,
    withheld_set,
)

from osaid.cards.vocabulary import vocabulary

# --- EU AI Act

WEIGHT_TERMS = {"EUAIA-LICENSE-USE", "EUAIA-LICENSE-MODIFY", "EUAIA-LICENSE-DISTRIBUTE"}
EU_CASES: dict[str, tuple[list[Change], list[str], set[str]]] = {
    "all is open": ([], ["exempt"], set()),
    "OSI-approved weights, neither data nor training code": ([no_data, release("none", "training_code")], ["exempt"], set()),
    "share-alike": ([under("CC-BY-SA-4.0", "weights")], ["exempt"], set()),
    "strong copyleft": ([under("AGPL-3.0-only", "weights")], ["exempt"], set()),
    "a licence on the code is not asked for": ([under(LLAMA, "inference_code", "training_code")], ["exempt"], set()),
    "copyright policy and summary stay owed": (
        [release("none", "copyright_policy", "training_content_summary"), says("general_purpose", "does-not-apply")],
        ["exempt"],
        set(),
    ),
    "code is information on the architecture": ([release("none", "architecture_documentation")], ["exempt"], set()),
    "a description is, too": ([release("none", "model_architecture")], ["exempt"], set()),
    # Systemic risk ends it; unknown, it never does.
    "systemic risk": ([says("systemic_risk", "applies")], ["not-exempt"], {"EUAIA-SYSTEMIC-RISK"}),
    "systemic risk is not told": ([says("systemic_risk", None)], ["exempt", "not-exempt"], {"EUAIA-SYSTEMIC-RISK"}),
    "systemic risk is unknown": ([says("systemic_risk", "unknown")], ["exempt", "not-exempt"], {"EUAIA-SYSTEMIC-RISK"}),
    "systemic risk, and the licence would not do either": (
        [says("systemic_risk", "applies"), under(LLAMA, "weights")],
        ["not-exempt"],
        {"EUAIA-SYSTEMIC-RISK", *WEIGHT_TERMS},
    ),
    "systemic risk is unknown, and the licence does not do": (
        [says("systemic_risk", None), under(LLAMA, "weights")],
        ["not-exempt"],
        {"EUAIA-SYSTEMIC-RISK", *WEIGHT_TERMS},
    ),
    "systemic risk, and usage is unknown": (
        [says("systemic_risk", "applies"), release("unknown", "usage_information")],
        ["not-exempt"],
        {"EUAIA-SYSTEMIC-RISK", "EUAIA-PUBLIC-USAGE"},
    ),
    # Licences.
    "a threshold of users": ([under(LLAMA, "weights")], ["not-exempt"], WEIGHT_TERMS),
    "a threshold of revenue": ([under("LicenseRef-TII-Falcon-LLM-1.0", "weights")], ["not-exempt"], WEIGHT_TERMS),
    "non-commercial": ([under("CC-BY-NC-4.0", "weights")], ["not-exempt"], WEIGHT_TERMS),
    "no derivatives": ([under("CC-BY-ND-4.0", "weights")], ["not-exempt"], {"EUAIA-LICENSE-MODIFY", "EUAIA-LICENSE-DISTRIBUTE"}),
    "no production": ([under("BUSL-1.1", "weights")], ["not-exempt"], {"EUAIA-LICENSE-USE", "EUAIA-LICENSE-DISTRIBUTE"}),
    "no licence": ([under("NONE", "weights")], ["not-exempt"], {"EUAIA-LICENSE", *WEIGHT_TERMS}),
    "an unknown licence": ([under("LicenseRef-Nobody-Knows", "weights")], ["exempt", "not-exempt"], WEIGHT_TERMS),
    "licence not told": ([under(None)], ["exempt", "not-exempt"], {"EUAIA-LICENSE", *WEIGHT_TERMS}),
    "RAIL": ([under(RAIL, "weights")], ["exempt", "not-exempt"], WEIGHT_TERMS),
    "RAIL and systemic risk": (
        [under(RAIL, "weights"), says("systemic_risk", "applies")],
        ["not-exempt"],
        {"EUAIA-SYSTEMIC-RISK", *WEIGHT_TERMS},
    ),
    # Access.
    "a gate": ([release("gated", "weights")], ["exempt", "not-exempt"], {"EUAIA-ACCESS"}),
    "payment": ([says("paid_access", "applies")], ["not-exempt"], {"EUAIA-NO-MONETISATION"}),
    "payment not told": ([says("paid_access", None)], ["exempt", "not-exempt"], {"EUAIA-NO-MONETISATION"}),
    "personal data": ([says("personal_data", "applies")], ["not-exempt"], {"EUAIA-NO-MONETISATION"}),
    "personal data not told": ([says("personal_data", None)], ["exempt", "not-exempt"], {"EUAIA-NO-MONETISATION"}),
    # What has to be public.
    "a part of the weights": ([release("partial", "weights")], ["not-exempt"], {"EUAIA-PUBLIC-WEIGHTS"}),
    "no weights": (
        [release("none", "weights")],
        ["not-exempt"],
        {"EUAIA-PUBLIC-WEIGHTS", "EUAIA-ACCESS", "EUAIA-LICENSE", *WEIGHT_TERMS},
    ),
    "no architecture": (
        [release("none", "architecture_documentation", "model_architecture")],
        ["not-exempt"],
        {"EUAIA-PUBLIC-ARCHITECTURE"},
    ),
    "architecture not told": (
        [release(None, "architecture_documentation"), release("none", "model_architecture")],
        ["exempt", "not-exempt"],
        {"EUAIA-PUBLIC-ARCHITECTURE"},
    ),
    "no information on usage": ([release("none", "usage_information")], ["not-exempt"], {"EUAIA-PUBLIC-USAGE"}),
    "a model card alone does not show it": (
        [release(None, "usage_information")],
        ["exempt", "not-exempt"],
        {"EUAIA-PUBLIC-USAGE"},
    ),
}


# --- G7

TOP, SECOND, THIRD, FOURTH, CLOSED = VERDICTS[G7]
NOT_OPEN = {"G7-DATA-OPEN"}
G7_CASES: dict[str, tuple[list[Change], list[str], set[str]]] = {
    "all is open": ([], [TOP], set()),
    "nobody describes open data": ([topic("none", *vocabulary().topics)], [TOP], set()),
    "copyright policy and usage do not matter": ([release("none", "copyright_policy", "usage_information")], [TOP], set()),
    "payment": ([says("paid_access", "applies")], [CLOSED], {"G7-FREE-OF-CHARGE"}),
    "all data cannot be shared, and is described": (
        [dataset(access="unshareable"), listing(public="no-such-step", unshareable="full")],
        [SECOND],
        NOT_OPEN,
    ),
    "one open set does not make the list complete": (
        [listing(public="partial", unshareable="none")],
        [THIRD],
        {*NOT_OPEN, "G7-DATA-SHARED", "G7-DATA-INFORMATION"},
    ),
    "weights under a free licence without approval": ([under("CC-BY-4.0", "weights")], [TOP], set()),
    "code in the public domain": ([under("CC0-1.0", "inference_code", "training_code")], [TOP], set()),
    # Data.
    "data that cannot be shared": ([withheld_set("unshareable")], [SECOND], NOT_OPEN),
    "data of third parties": ([withheld_set("obtainable")], [SECOND], NOT_OPEN),
    "data to look at only": ([dataset(access="public")], [SECOND], NOT_OPEN),
    "what cannot be shared is not described": (
        [withheld_set("unshareable"), topic("none", "provenance")],
        [THIRD],
        {*NOT_OPEN, "G7-DATA-INFORMATION"},
    ),
    "what cannot be shared is not listed": (
        [withheld_set("unshareable"), listing(unshareable="partial")],
        [THIRD],
        {*NOT_OPEN, "G7-DATA-SHARED", "G7-DATA-INFORMATION"},
    ),
    "open data is gone": ([dataset(state="gone")], [THIRD], {*NOT_OPEN, "G7-DATA-SHARED"}),
    "whether open data is there is not told": (
        [dataset(state="unknown")],
        [TOP, SECOND, THIRD],
        {*NOT_OPEN, "G7-DATA-SHARED"},
    ),
    "access to the data is not told": ([dataset(access="unknown")], [TOP, SECOND, THIRD], {*NOT_OPEN, "G7-DATA-SHARED"}),
    "access to some of the data is not told": ([second_set(access="unknown")], [TOP, SECOND, THIRD], {*NOT_OPEN, "G7-DATA-SHARED"}),
    "nothing is told of the data": (
        [no_data],
        [THIRD],
        {*NOT_OPEN, "G7-DATA-SHARED", "G7-DATA-INFORMATION"},
    ),
    # Training code.
    "no training code": ([release("none", "training_code")], [THIRD], {"G7-TRAINING-CODE", "G7-TRAINING-TERMS"}),
    "a part of it": ([release("partial", "training_code")], [THIRD], {"G7-TRAINING-CODE"}),
    "restricted training code": ([under("CC-BY-NC-4.0", "training_code")], [THIRD], {"G7-TRAINING-TERMS"}),
    "training code without a licence": ([under("NONE", "training_code")], [THIRD], {"G7-TRAINING-TERMS"}),
    "training code not told": ([release(None, "training_code")], [TOP, THIRD], {"G7-TRAINING-CODE", "G7-TRAINING-TERMS"}),
    # Terms.
    "a threshold of users": ([under(LLAMA, "weights")], [FOURTH], {"G7-WEIGHTS-TERMS"}),
    "RAIL": ([under(RAIL, "weights")], [FOURTH], {"G7-WEIGHTS-TERMS"}),
    "no licence on the weights": ([under("NONE", "weights")], [FOURTH], {"G7-WEIGHTS-TERMS"}),
    "restricted deployment code": ([under(LLAMA, "inference_code")], [FOURTH], {"G7-DEPLOYMENT-TERMS"}),
    "an unknown licence": ([under("LicenseRef-Nobody-Knows", "weights")], [TOP, FOURTH], {"G7-WEIGHTS-TERMS"}),
    "licences not told": (
        [under(None)],
        [TOP, THIRD, FOURTH],
        {"G7-WEIGHTS-TERMS", "G7-DEPLOYMENT-TERMS", "G7-TRAINING-TERMS"},
    ),
    "a gate": ([release("gated", "weights")], [TOP, FOURTH], {"G7-FREE-ACCESS"}),
    "a gate, and no training code": (
        [release("gated", "weights"), release("none", "training_code")],
        [THIRD, FOURTH],
        {"G7-FREE-ACCESS", "G7-TRAINING-CODE", "G7-TRAINING-TERMS"},
    ),
    "a gate, and terms that restrict": (
        [release("gated", "weights"), under(LLAMA, "weights")],
        [FOURTH],
        {"G7-FREE-ACCESS", "G7-WEIGHTS-TERMS"},
    ),
    # The floor.
    "no weights": ([release("none", "weights")], [CLOSED], {"G7-WEIGHTS", "G7-WEIGHTS-TERMS"}),
    "a part of the weights": ([release("partial", "weights")], [CLOSED], {"G7-WEIGHTS"}),
    "no deployment code": ([release("none", "inference_code")], [CLOSED], {"G7-DEPLOYMENT-CODE", "G7-DEPLOYMENT-TERMS"}),
    "deployment code not told": (
        [release(None, "inference_code")],
        [TOP, FOURTH, CLOSED],
        {"G7-DEPLOYMENT-CODE", "G7-DEPLOYMENT-TERMS", "G7-FREE-ACCESS"},
    ),
}


# --- Open Weights Definition

CONFORMS, IF_TERMS, NOT = VERDICTS[OWD]
OWD_TERMS = {"OWD-TERMS-USE", "OWD-TERMS-MODIFY", "OWD-TERMS-SHARE"}
SOFTWARE = {"OWD-TRAINING-SOFTWARE", "OWD-TRAINING-SOFTWARE-TERMS"}
OWD_CASES: dict[str, tuple[list[Change], list[str], set[str]]] = {
    "all is open": ([], [CONFORMS], set()),
    "no open data": ([withheld_set("unshareable"), dataset(state="gone")], [CONFORMS], set()),
    "no code that runs the model": ([release("none", "inference_code", "tokenizer", "data_processing_code")], [CONFORMS], set()),
    "a form before the download": ([release("gated", "weights")], [CONFORMS], set()),
    "topics that are not asked for": ([topic("none", "filtering", "labelling", "selection", "obtaining")], [CONFORMS], set()),
    "training software in the public domain": ([under("CC0-1.0", "training_code")], [CONFORMS], set()),
    "architecture by its description": ([release("none", "model_architecture")], [CONFORMS], set()),
    # What is published.
    "no weights": ([release("none", "weights")], [NOT], {"OWD-WEIGHTS", "OWD-TERMS-LICENSE", *OWD_TERMS}),
    "a part of the weights": ([release("partial", "weights")], [NOT], {"OWD-WEIGHTS"}),
    "no architecture": ([release("none", "model_architecture", "architecture_documentation")], [NOT], {"OWD-ARCHITECTURE"}),
    "no training software": ([release("none", "training_code")], [NOT], SOFTWARE),
    "no method": ([release("none", "training_code", "research_paper", "technical_report")], [NOT], {"OWD-METHOD", *SOFTWARE}),
    "no scope": ([topic("none", "scope")], [NOT], {"OWD-DATA-DESCRIPTION"}),
    "some characteristics": ([topic("partial", "characteristics")], [NOT], {"OWD-DATA-DESCRIPTION"}),
    "no provenance": ([topic("none", "provenance")], [NOT], {"OWD-DATA-PROVENANCE"}),
    "no hyperparameters": ([release("none", "training_configuration")], [NOT], {"OWD-HYPERPARAMETERS"}),
    "hyperparameters not told": ([release(None, "training_configuration")], [CONFORMS, NOT], {"OWD-HYPERPARAMETERS"}),
    # Terms.
    "restricted training software": ([under("CC-BY-NC-4.0", "training_code")], [IF_TERMS], {"OWD-TRAINING-SOFTWARE-TERMS"}),
    "no licence": ([under("NONE", "weights")], [IF_TERMS], {"OWD-TERMS-LICENSE", *OWD_TERMS}),
    "RAIL": ([under(RAIL, "weights")], [IF_TERMS], OWD_TERMS),
    "a threshold of users": ([under(LLAMA, "weights")], [IF_TERMS], OWD_TERMS),
    "limited use alone": (
        [under("LicenseRef-Modified-MIT-Kimi", "weights")],
        [CONFORMS, IF_TERMS],
        {"OWD-TERMS-USE"},
    ),
    "no production": ([under("BUSL-1.1", "weights")], [IF_TERMS], {"OWD-TERMS-USE", "OWD-TERMS-SHARE"}),
    "no derivatives": ([under("CC-BY-ND-4.0", "weights")], [IF_TERMS], {"OWD-TERMS-MODIFY", "OWD-TERMS-SHARE"}),
    "licences not told": (
        [under(None)],
        [CONFORMS, IF_TERMS],
        {"OWD-TERMS-LICENSE", "OWD-TRAINING-SOFTWARE-TERMS", *OWD_TERMS},
    ),
    "licences not told, and no training software": (
        [under(None), release("none", "training_code")],
        [NOT],
        {"OWD-TERMS-LICENSE", *SOFTWARE, *OWD_TERMS},
    ),
}
