from .allocation import allocate as allocate
from .boundaries import load_boundaries as load_boundaries
from .crosswalks import crosswalk as crosswalk
from .densities import combine as combine
from .densities import density as density
from .errors import MaligeoError as MaligeoError
from .gaps import presence as presence
from .locating import locate as locate
from .maps import add_online_tiles as add_online_tiles
from .maps import region_map as region_map
from .maps import save_map as save_map
from .overview import bundled_density as bundled_density
from .overview import bundled_presence as bundled_presence
from .populations import population as population
from .readers.figures import load_figures as load_figures
from .readers.projects import load_programmes as load_programmes
from .readers.projects import load_projects as load_projects
from .readers.projects import load_results as load_results

__version__: str
