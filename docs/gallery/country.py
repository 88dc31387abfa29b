"""The interactive map of the bundled data: regions, programmes, need against response."""

import maligeo

maligeo.study().map(language="en").save("country.html")
