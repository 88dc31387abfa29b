from .server import serve_tiles as serve_tiles
from .server import tile_app as tile_app
