from .products import read_about as read_about
