"""What AI services and GPUs were used, from the words and units of a bill: models, tokens, requests, GPU hours.

FOCUS has no columns for these. Providers name models and kinds of tokens in the meter or the description and count in
tokens, in thousands or in millions: Amazon Bedrock `USE1-Claude3Sonnet-input-tokens` in `1K tokens` (price list of
AmazonBedrock), its marketplace models `Million Input Tokens` in `Units`, Azure OpenAI `gpt 4o 0806 Inp glbl Tokens` in
`1K` (retail prices API), others `Tokens`. GPUs of a machine are those of the provider's list of its sizes.
"""

from typing import Final

# AWS "Amazon EC2 accelerated computing instances", Azure "GPU accelerated virtual machine sizes", Google "GPU machine
# types"; sizes with a part of a GPU (Azure NVads A10) count that part.
_GPUS: Final[dict[str, float]] = {
    **{f"p2.{size}": gpus for size, gpus in (("xlarge", 1), ("8xlarge", 8), ("16xlarge", 16))},
    **{f"p3.{size}": gpus for size, gpus in (("2xlarge", 1), ("8xlarge", 4), ("16xlarge", 8))},
    **dict.fromkeys(("p3dn.24xlarge", "p4d.24xlarge", "p4de.24xlarge", "g4dn.metal"), 8),
    **dict.fromkeys(("p5.48xlarge", "p5e.48xlarge", "p5en.48xlarge", "p6-b200.48xlarge", "p6-b300.48xlarge"), 8),
    **dict.fromkeys((f"g4dn.{size}" for size in ("xlarge", "2xlarge", "4xlarge", "8xlarge", "16xlarge")), 1),
    **dict.fromkeys(("g4ad.xlarge", "g4ad.2xlarge", "g4ad.4xlarge", "p5.4xlarge"), 1),
    "g4ad.8xlarge": 2,
    "g4ad.16xlarge": 4,
    "g4dn.12xlarge": 4,
    "g5g.16xlarge": 2,
    "g5g.metal": 2,
    **dict.fromkeys((f"g5g.{size}" for size in ("xlarge", "2xlarge", "4xlarge", "8xlarge")), 1),
    **{
        f"{family}.{size}": gpus
        for family in ("g5", "g6", "g6e")
        for gpus, sizes in (
            (1, ("xlarge", "2xlarge", "4xlarge", "8xlarge", "16xlarge")),
            (4, ("12xlarge", "24xlarge")),
            (8, ("48xlarge",)),
        )
        for size in sizes
    },
    **dict.fromkeys(("gr6.4xlarge", "gr6.8xlarge"), 1),
    "nc6s_v3": 1,
    "nc12s_v3": 2,
    "nc24s_v3": 4,
    "nc24rs_v3": 4,
    "nc4as_t4_v3": 1,
    "nc8as_t4_v3": 1,
    "nc16as_t4_v3": 1,
    "nc64as_t4_v3": 4,
    "nc24ads_a100_v4": 1,
    "nc48ads_a100_v4": 2,
    "nc96ads_a100_v4": 4,
    "nc40ads_h100_v5": 1,
    "nc80adis_h100_v5": 2,
    **dict.fromkeys(("nd96asr_v4", "nd96amsr_a100_v4", "nd96isr_h100_v5", "nd96isr_h200_v5"), 8),
    "nv36ads_a10_v5": 1,
    "nv36adms_a10_v5": 1,
    "nv72ads_a10_v5": 2,
    "nv18ads_a10_v5": 0.5,
    **dict.fromkeys((f"g2-standard-{processors}" for processors in (4, 8, 12, 16, 32)), 1),
    "g2-standard-24": 2,
    "g2-standard-48": 4,
    "g2-standard-96": 8,
}
_FAMILIES: Final = (
    "claude|gpt|chatgpt|davinci|codex|o1|o3|o4|gemini|gemma|palm|imagen|veo|llama|mistral|mixtral|ministral|pixtral|"
    "codestral|titan|nova|command|cohere|embed|rerank|jamba|jurassic|deepseek|qwen|phi|grok|kimi|glm|minimax|nemotron|"
    "text-embedding|text embedding|dall-?e|whisper|tts|stable ?diffusion|sdxl|flux|luma"
)
_ENDS: Final = (  # words of meters after a model's name
    "input|inp|in|output|outp|outpt|out|opt|cache|cached|cchd|cd|read|write|prompt|completion|reasoning|batch|"
    "text|image|images|audio|video|aud|img|txt|token|tokens|glbl|global|regnl|regional|regnal|reg|dz|dzone|dzn|data|"
    "predictions|prediction|provisioned|ptu|on-demand|ondemand|cross-region|latency|hosting|training|fine|ft|finetuned|"
    "request|requests|units|long|short|priority|flex|standard|tier|in|per|amazon|on|usage"
)
_WORD: Final = r"[-_ .:/,(|]+"


def _model(text: str) -> str:
    """The name of a model within a text, '' where there is none: from its family's name to the next word of a meter."""
    return (
        f"trim(regexp_extract(coalesce({text}, ''), '(?i)(?:^|[^a-z0-9])((?:{_FAMILIES}).*?)"
        f"(?:{_WORD}(?:{_ENDS})(?:[^a-z]|$)|[(|,;]|$)', 1), ' -_.:')"
    )


_METER = "coalesce(sku_meter, sku_id)"
_QUANTITY = "coalesce(consumed_quantity, pricing_quantity)"
_UNIT = (
    "lower(CASE WHEN consumed_quantity IS NULL THEN coalesce(pricing_unit, '') ELSE coalesce(consumed_unit, '') END)"
)
_SAID = "lower(concat_ws(' ', sku_meter, charge_description))"
_MULTIPLE = r"(k|m|b|thousand|million|billion)\b"
_PLAIN = rf"^[0-9.,]*\s*(?:{_MULTIPLE})?\s*(?:units?|counts?|each|items?|quantity)?$"
_LARGE = "CASE {} WHEN 'k' THEN 1e3 WHEN 'thousand' THEN 1e3 WHEN 'm' THEN 1e6 WHEN 'million' THEN 1e6 "
_LARGE += "WHEN 'b' THEN 1e9 WHEN 'billion' THEN 1e9 ELSE 1 END"


def _scale(thing: str) -> str:
    """How many things a unit is: of `1K tokens` 1,000; of `Units` what the description counts in."""
    number = rf"TRY_CAST(replace(regexp_extract({_UNIT}, '^([0-9][0-9.,]*)', 1), ',', '') AS DOUBLE)"
    of_unit = _LARGE.format(rf"regexp_extract({_UNIT}, '^[0-9.,]*\s*{_MULTIPLE}', 1)")
    counted = rf"regexp_extract({_SAID}, '\b(?:1\s?)?{_MULTIPLE}\s(?:[a-z]+\s){{0,3}}{thing}', 1)"
    named = f"{_UNIT} LIKE '%{thing}%' OR regexp_matches({_UNIT}, '^[0-9]|^{_MULTIPLE}')"
    return f"CASE WHEN {named} THEN coalesce({number}, 1) * {of_unit} ELSE {_LARGE.format(counted)} END"


def _counted(thing: str) -> str:
    """The quantity in single things, NULL of charges that are not by them."""
    is_by_them = (
        f"charge_category = 'Usage' AND ({_UNIT} LIKE '%{thing}%' OR (regexp_matches({_UNIT}, '{_PLAIN}') "
        f"AND {_SAID} LIKE '%{thing}%'))"
    )
    return f"CASE WHEN {is_by_them} THEN CAST({_QUANTITY} * ({_scale(thing)}) AS DECIMAL(38, 6)) END"


_SIZE = (
    r"regexp_replace(lower(coalesce(instance_type, regexp_extract(sku_meter, ':([a-z0-9.-]+)$', 1), '')), "
    r"'^(?:ml\.|db\.|standard_)', '')"
)
_HOURS = (
    "CASE WHEN regexp_matches({0}, 'hour|hrs?\\b') THEN 1 WHEN regexp_matches({0}, 'second|^s$') THEN 1 / 3600.0 END"
)
_NO_MACHINE = r"ebs|volume|storage|\bram\b|\bcore\b"


def _gpu_hours() -> str:
    counts = " ".join(f"WHEN '{size}' THEN {gpus:g}" for size, gpus in _GPUS.items())
    of_google = f"TRY_CAST(regexp_extract({_SIZE}, '^a[2-4]-[a-z]+gpu-([0-9]+)g', 1) AS DOUBLE)"
    gpus = (
        f"CASE WHEN regexp_matches({_UNIT}, 'gpu') OR (coalesce(instance_type, '') = '' AND regexp_matches({_SAID}, "
        rf"'\bgpus?\b')) THEN 1 ELSE CASE {_SIZE} {counts} ELSE {of_google} END END"
    )
    return (
        f"CASE WHEN charge_category = 'Usage' AND NOT regexp_matches({_SAID}, '{_NO_MACHINE}') "
        f"THEN CAST({_QUANTITY} * ({gpus}) * ({_HOURS.format(_UNIT)}) AS DECIMAL(38, 6)) END"
    )


_NAMED = ", ".join(f"nullif({_model(text)}, '')" for text in (_METER, "service_name", "charge_description"))
_AI = (
    "lower(concat_ws(' ', service_category, service_subcategory, service_name, publisher_name, sku_meter, "
    "charge_description))"
)
_OF_AI = r"\bai\b|token|bedrock|openai|anthropic|vertex|generative|machine learning|cognitive|foundry|llm"
AI_USAGE: Final[tuple[tuple[str, str, str, str], ...]] = (
    (
        "ai_model",
        "text",
        f"CASE WHEN regexp_matches({_AI}, '{_OF_AI}') THEN coalesce({_NAMED}) END",
        "Model of an AI service, as the bill's meter, service or description names it; NULL when none",
    ),
    ("tokens", "numeric", _counted("token"), "Tokens of an AI service, single ones; NULL of charges not by tokens"),
    ("requests", "numeric", _counted("request"), "Requests, single ones; NULL of charges not by requests"),
    ("gpu_hours", "numeric", _gpu_hours(), "Hours of GPUs: hours of the machine by its number of GPUs; NULL without"),
)
