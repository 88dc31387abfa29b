from .opening import open_page as open_page
from .shortcut import write_shortcuts as write_shortcuts
