// Runs before the first paint, so that neither the theme nor the language flickers. A file and not
// an inline script: the content security policy allows none.
(function () {
  var root = document.documentElement;
  try {
    var theme = localStorage.getItem('trunkline.theme') || 'system';
    var dark = theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
    root.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
    root.setAttribute('data-density', localStorage.getItem('trunkline.density') || 'comfortable');
    root.lang = localStorage.getItem('trunkline.language') || (/^ja\b/.test(navigator.language) ? 'ja' : 'en');
  } catch {
    // Storage may be closed to this page; the defaults of the document stand.
  }
})();
