"""Names the files and folders of a workspace that belong to no single stage.

A stage names the folders that it alone writes (`Stage.folders`); `pipeline.run.stages.folders` gives all together.
"""

LIVE = "_live.json"  # what the last finished run rests on, see workspace.sweep.remember
FUNNEL = "_funnel.json"  # of the last finished run
JOB = "_job.json"  # of the last finished run
JOB_FILES = "_job_files.json"  # sha256 of the files beside that job that it took in, by the key that names them
DIGESTS = "_digests.json"
TOKENIZED = "_tokenized.json"  # the units that the last run mixed, or was about to
INVENTORY = "inventory.parquet"
TIMES = "_times.json"  # how long each stage took when it last had something to do
SLOTS = "_slots.json"  # of a schedule that updates have finished, see pipeline.versions.slots
AT_THE_TOP = (DIGESTS, JOB, JOB_FILES, TOKENIZED, LIVE, FUNNEL, TIMES, INVENTORY, SLOTS)

MANIFESTS = "manifests"  # of stages whose units are all done
UNITS = "units"  # markers of units, by stage
BUNDLES = "bundles"  # in a store: the outputs and the marker of a unit in one object, see cluster.bundles
DIFFERENCE = "difference"  # copies in which the mixes of two versions differ
EXCHANGE = "exchange"  # rows on their way to another unit
LEASE = "lease"  # who holds the workspace
EVENTS = "events"  # what happened in each run, see pipeline.events
TAKEDOWN = "takedown"  # work of the command of that name
SHARED_FOLDERS = frozenset({MANIFESTS, UNITS, BUNDLES, EXCHANGE, DIFFERENCE, LEASE, EVENTS, TAKEDOWN})
