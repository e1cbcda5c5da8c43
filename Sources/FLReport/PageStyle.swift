/// The style sheet of the report: light and dark, wide and narrow, screen and paper.
enum PageStyle {
  /// Colours by meaning, after Okabe and Ito; the dark page has lighter variants of the same hues.
  static let css = """
    :root {
      color-scheme: light dark;
      --page: #ffffff; --panel: #f5f7f9; --ink: #17202a; --quiet: #55606c; --rule: #d5dbe1;
      --good: #00704f; --bad: #b03a00;
      --secure: #0072b2; --plain: #e69f00;
      --stayed: #7cc0ea; --left-after-masked-input: #0068a3;
      --left-after-sharing-keys: #e69f00; --left-before-sharing-keys: #c14f00;
      --unreached: #8a949e; --refused: #b3568a;
      --masked: #8a949e; --hidden: #c14f00; --mean: #0072b2;
      --up: #0072b2; --down: #7cc0ea; --client: #009e73; --server: #b3568a;
      --central: #c77700; --distributed: #0072b2; --no-noise: #55606c;
      --central-in-turns: #a3478a; --correlated: #007a5c;
      --curve1: #5f6a75; --curve2: #b8860b; --curve3: #d55e00; --curve4: #009e73;
      --curve5: #56b4e9; --curve6: #cc79a7; --curve7: #7b3fa0; --curve8: #0072b2;
      --curve9: #767676; --curve10: #8c510a;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --page: #12171c; --panel: #1b2229; --ink: #e8ecef; --quiet: #a4aeb8; --rule: #36404a;
        --good: #4fd1a5; --bad: #ff9a5c;
        --secure: #56b4e9; --plain: #d99100;
        --stayed: #2b6f9e; --left-after-masked-input: #9ad4f7;
        --left-after-sharing-keys: #e69f00; --left-before-sharing-keys: #e0692a;
        --unreached: #8a949e; --refused: #d583b0;
        --masked: #8a949e; --hidden: #e0692a; --mean: #56b4e9;
        --up: #56b4e9; --down: #2b6f9e; --client: #1fb88c; --server: #d583b0;
        --central: #e69f00; --distributed: #56b4e9; --no-noise: #a4aeb8;
        --central-in-turns: #d693c0; --correlated: #2fc29c;
        --curve1: #a4aeb8; --curve2: #f0e442; --curve3: #ff8b3d; --curve4: #1fb88c;
        --curve5: #56b4e9; --curve6: #e39cc5; --curve7: #b48be0; --curve8: #4a90ff;
        --curve9: #9a9a9a; --curve10: #c98a4b;
      }
    }
    * { box-sizing: border-box; }
    html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
    body {
      margin: 0; background: var(--page); color: var(--ink);
      font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial,
        "Liberation Sans", sans-serif;
    }
    main { max-width: 920px; margin: 0 auto; padding: 40px 24px 64px; }
    nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 0 0 2rem;
      padding: 0; max-width: none; }
    nav li { margin: 0; }
    a { color: var(--secure); }
    article + article { margin-top: 4.5rem; padding-top: 3rem; border-top: 1px solid var(--rule); }
    h1 { font-size: 1.85rem; line-height: 1.2; margin: 0 0 .6rem; letter-spacing: -.01em; }
    h2 { font-size: 1.25rem; line-height: 1.3; margin: 3rem 0 .5rem; }
    p { margin: .5rem 0; max-width: 46rem; overflow-wrap: break-word; }
    .summary { font-size: 1.06rem; }
    .quiet { color: var(--quiet); font-size: .93rem; }
    .good { color: var(--good); font-weight: 600; }
    .bad { color: var(--bad); font-weight: 600; }

    .tiles { display: grid; gap: 12px; margin: 1.6rem 0 0; padding: 0;
      grid-template-columns: repeat(4, 1fr); }
    .tiles div { background: var(--panel); border-radius: 8px; padding: 12px 14px; min-width: 0; }
    .tiles dt { color: var(--quiet); font-size: .82rem; line-height: 1.3; }
    .tiles dd { margin: .15rem 0 0; font-size: 1.4rem; font-weight: 600; line-height: 1.25;
      font-variant-numeric: tabular-nums; }
    .tiles dd small { display: block; font-size: .8rem; font-weight: 400; color: var(--quiet); }

    figure { margin: 1.1rem 0 0; min-width: 0; }
    figcaption { font-weight: 600; font-size: .95rem; margin-bottom: .5rem; }
    figure p { margin: .4rem 0 0; }
    .thirds, .halves { display: grid; gap: 12px 28px; }
    .thirds { grid-template-columns: repeat(3, 1fr); }
    .halves { grid-template-columns: repeat(2, 1fr); }
    svg { display: block; width: 100%; height: auto; overflow: visible;
      font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial,
        "Liberation Sans", sans-serif; }
    .for-narrow { display: none; }

    .label { fill: var(--ink); }
    .tick { fill: var(--quiet); font-variant-numeric: tabular-nums; }
    .value { font-variant-numeric: tabular-nums; paint-order: stroke; stroke: var(--page);
      stroke-width: 4px; stroke-linejoin: round; }
    .grid { stroke: var(--rule); stroke-width: 1; }
    .base { stroke: var(--quiet); stroke-width: 1; }
    .fill { fill: var(--colour); }
    .band { fill: var(--colour); fill-opacity: .13; }
    .hollow { fill: var(--page); stroke: var(--colour); stroke-width: 2; }
    .outline { fill: var(--colour); fill-opacity: .22; stroke: var(--colour); stroke-width: .8;
      stroke-dasharray: 3 2; }
    .edgeless { stroke: none; }
    .stroke { fill: none; stroke: var(--colour); stroke-linejoin: round; stroke-linecap: round; }
    .thin { stroke-width: 2; }
    .wide { stroke-width: 6; }
    .even { stroke-width: 2; }
    \(colourClasses)
    \(shadeClasses)

    .scroll { overflow: auto; max-height: 50rem; border: 1px solid var(--rule);
      border-radius: 8px; margin-top: .8rem; }
    table { border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums; }
    .rounds { width: 100%; }
    th, td { padding: 5px 10px; text-align: right; vertical-align: top; white-space: nowrap; }
    thead th { position: sticky; top: 0; background: var(--panel); color: var(--quiet);
      font-weight: 600; vertical-align: bottom; white-space: normal; line-height: 1.25; }
    tbody tr + tr > * { border-top: 1px solid var(--rule); }
    tbody th { font-weight: 600; }
    .named th:first-child { text-align: left; }
    .words { text-align: left; white-space: normal; min-width: 5.5rem; }
    .settings { columns: 2; column-gap: 28px; margin: .8rem 0 0; }
    .settings div { display: flex; justify-content: space-between; gap: 16px; font-size: .93rem;
      break-inside: avoid; padding: 5px 0; border-bottom: 1px solid var(--rule); }
    .settings dt { color: var(--quiet); }
    .settings dd { margin: 0; text-align: right; overflow-wrap: anywhere;
      font-variant-numeric: tabular-nums; }
    ul { margin: .5rem 0; padding-left: 1.2rem; max-width: 46rem; }
    li { margin: .3rem 0; }

    @media (max-width: 680px) {
      main { padding: 24px 16px 48px; }
      nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 0 0 2rem;
      padding: 0; max-width: none; }
    nav li { margin: 0; }
    a { color: var(--secure); }
    article + article { margin-top: 4.5rem; padding-top: 3rem; border-top: 1px solid var(--rule); }
    h1 { font-size: 1.5rem; }
      .tiles { grid-template-columns: repeat(2, 1fr); }
      .thirds, .halves { grid-template-columns: minmax(0, 520px); gap: 24px; }
      .settings { columns: 1; }
      .scroll { max-height: 80vh; }
      .words { white-space: nowrap; }
      .for-wide { display: none; }
      .for-narrow { display: block; max-width: 520px; }
    }
    @media print {
      :root {
        --page: #ffffff; --panel: #f5f7f9; --ink: #000000; --quiet: #444c55; --rule: #cccccc;
        --good: #00704f; --bad: #b03a00; --secure: #0072b2; --plain: #e69f00;
        --stayed: #7cc0ea; --left-after-masked-input: #0068a3;
        --left-after-sharing-keys: #e69f00; --left-before-sharing-keys: #c14f00;
        --refused: #b3568a; --hidden: #c14f00; --mean: #0072b2; --up: #0072b2;
        --down: #7cc0ea; --client: #009e73; --server: #b3568a;
        --central: #c77700; --distributed: #0072b2; --no-noise: #444c55;
        --central-in-turns: #a3478a; --correlated: #007a5c;
      }
      * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
      body { font-size: 11pt; }
      main { max-width: none; padding: 0; }
      nav { display: none; }
      article + article { break-before: page; margin: 0; padding: 0; border: none; }
      h2 { break-after: avoid; }
      figure, .tiles div, tr, li { break-inside: avoid; }
      .tiles { grid-template-columns: repeat(4, 1fr); }
      .thirds { grid-template-columns: repeat(3, 1fr); }
      .halves { grid-template-columns: repeat(2, 1fr); }
      .settings { columns: 2; }
      .for-wide { display: block; }
      .for-narrow { display: none; }
      .scroll { max-height: none; overflow: visible; border: none; }
      thead th { position: static; }
      table { font-size: 8.5pt; }
      th, td { padding: 3px 5px; }
      .words { min-width: 0; white-space: normal; }
    }
    """

  /// Shades of a heat map, light enough for text in the page's colour on all of them.
  private static let shadeClasses = (0...HeatMap.shades)
    .map { shade in
      let opacity = 0.03 + 0.47 * Double(shade) / Double(HeatMap.shades)
      return ".shade-\(shade) { fill-opacity: \(DecimalText.fixed(opacity, decimals: 3)); }"
    }
    .joined(separator: "\n    ")

  /// One class per colour, so that a shape needs only to name its meaning.
  private static let colourClasses = ChartColour.allCases
    .map { ".\($0.style) { --colour: var(--\($0.rawValue)); }" }
    .joined(separator: "\n")
}
