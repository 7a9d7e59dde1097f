// Before the first paint: that scripts run, and the theme that was chosen.
document.documentElement.classList.add("js");
try {
  const theme = localStorage.getItem("dwell-theme");
  if (theme) document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be forbidden; then the system's theme holds.
}
