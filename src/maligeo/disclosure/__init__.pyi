from .gate import require_released as require_released
from .releases import release as release
