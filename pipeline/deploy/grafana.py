"""Makes the Grafana dashboard of the metrics that a run exports."""

import json

from corpusmill.cluster import metrics
from corpusmill.pipeline.files.json_values import JsonObject

PREFIX = "ray_"  # Ray puts it before every metric
SCHEMA = 39  # of dashboards, of Grafana 10.4 and later
WIDTH, HEIGHT, COLUMNS = 12, 8, 2

PANELS = (
    ("Units done per second", metrics.UNITS, 'sum by (stage) (rate({m}{{job=~"$job", outcome="done"}}[5m]))', "ops"),
    ("Units failed", metrics.UNITS, 'sum by (stage) (increase({m}{{job=~"$job", outcome="failed"}}[1h]))', "short"),
    ("Documents per second", metrics.DOCUMENTS, 'sum by (stage) (rate({m}{{job=~"$job"}}[5m]))', "ops"),
    ("Input read", metrics.READ_BYTES, 'sum(rate({m}{{job=~"$job"}}[5m]))', "Bps"),
    ("Tokens per second", metrics.TOKENS, 'sum by (stage) (rate({m}{{job=~"$job"}}[5m]))', "ops"),
    ("Busy workers", metrics.UNIT_SECONDS, 'sum by (stage) (rate({m}{{job=~"$job"}}[5m]))', "short"),
    ("Time of stages", metrics.STAGE_SECONDS, 'sum by (stage) (increase({m}{{job=~"$job"}}[6h]))', "s"),
    ("Units of the running stage", metrics.UNITS_PLANNED, 'max by (stage) ({m}{{job=~"$job"}})', "short"),
)


def dashboard() -> str:
    """The dashboard as JSON, to be imported; it asks for a Prometheus that collects the metrics of Ray."""
    source = {"type": "prometheus", "uid": "${source}"}
    variables = [
        {"name": "source", "label": "Prometheus", "type": "datasource", "query": "prometheus"},
        {
            "name": "job",
            "label": "Job",
            "type": "query",
            "datasource": source,
            "query": f"label_values({PREFIX}{metrics.UNITS_PLANNED}, job)",
            "includeAll": True,
            "multi": True,
            "refresh": 2,
        },
    ]
    found = {
        "title": "corpusmill",
        "uid": "corpusmill",
        "schemaVersion": SCHEMA,
        "tags": ["corpusmill", "ray"],
        "time": {"from": "now-6h", "to": "now"},
        "refresh": "30s",
        "templating": {"list": variables},
        "panels": [_panel(number, source) for number in range(len(PANELS))],
    }
    return json.dumps(found, indent=1) + "\n"


def _panel(number: int, source: dict[str, str]) -> JsonObject:
    title, metric, query, unit = PANELS[number]
    row, column = divmod(number, COLUMNS)
    return {
        "id": number + 1,
        "title": title,
        "type": "timeseries",
        "datasource": source,
        "gridPos": {"x": column * WIDTH, "y": row * HEIGHT, "w": WIDTH, "h": HEIGHT},
        "fieldConfig": {"defaults": {"unit": unit}, "overrides": []},
        "targets": [
            {
                "refId": "A",
                "datasource": source,
                "expr": query.format(m=f"{PREFIX}{metric}"),
                "legendFormat": "{{stage}}",
            }
        ],
    }
