from .gate import Gate as Gate
from .gate import require_released as require_released
from .releases import CellRelease as CellRelease
from .releases import Release as Release
from .releases import day_of as day_of
from .releases import release as release
from .store import Store as Store
