"""Optional packages: imported when a function needs one, with an error that says how to get it."""

from importlib import import_module
from types import ModuleType

from maligeo.core.errors import MissingDependencyError


def require(module: str, *, extra: str, why: str) -> ModuleType:
    """Import an optional package, or say which extra brings it.

    Parameters
    ----------
    module : str
        Name of the module to import.
    extra : str
        The extra of maligeo that installs it.
    why : str
        What needs it, as the start of a sentence ("reading Excel files").

    Returns
    -------
    module
        The imported module.

    Raises
    ------
    MissingDependencyError
        If the package is not installed.
    """
    try:
        return import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise MissingDependencyError(
            f"{why} needs {package}: pip install 'maligeo[{extra}]'"
        ) from error
