"""Need against response: where incidents are many and projects few."""

import maligeo

study = maligeo.study()
options = maligeo.MapOptions(behind=study.table, language="en", dpi=120)
maligeo.map_figure(study.answer().frame, study.units, "gaps.png", options=options)
