from .fetching import FetchOptions as FetchOptions
from .fetching import fetch as fetch
from .offers import Offer as Offer
from .offers import list_downloads as list_downloads
