# What the rule files share.
# requires: config (as given), config/schemas, the video table
# yields:   config (complete), videos, and the input functions: the only functions in rule files

import sys

HOUSE = Path(workflow.current_basedir).parent
SCRIPTS = HOUSE / "scripts"
sys.path.insert(0, str(SCRIPTS))

from framewright import code
from framewright.config import complete
from framewright.scenes.names import NAMES as SCENES
from framewright.table import check_table, id_pattern, read_table


config.update(complete(config, HOUSE / "config" / "schemas"))
