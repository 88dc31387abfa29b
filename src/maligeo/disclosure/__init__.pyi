from .gate import require_released as require_released
from .releases import day_of as day_of
from .releases import release as release
