"""One region on one page: numbers, trend, programmes, gaps."""

import maligeo

maligeo.study().report("Gao", language="en").save("report.html")
