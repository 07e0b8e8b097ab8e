// Opens Mirador with the manifest that the page names.
"use strict";

const place = document.getElementById("viewer");
Mirador.viewer({
  id: "viewer",
  language: place.dataset.language,
  theme: { direction: place.dataset.direction, palette: { primary: { main: "#1d4b44" } } },
  windows: [{ manifestId: place.dataset.manifest, ...(place.dataset.canvas && { canvasId: place.dataset.canvas }) }],
  window: { allowClose: false, allowMaximize: false, defaultSideBarPanel: "info", sideBarOpenByDefault: false },
  workspace: { showZoomControls: true, type: "mosaic" },
  workspaceControlPanel: { enabled: false },
});
