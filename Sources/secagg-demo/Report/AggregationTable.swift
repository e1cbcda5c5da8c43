extension AggregationRecord {
  /// The record as text for a terminal: settings, one aligned row per phase with a total, and
  /// whether the sum was right. Ends without a newline.
  func terminalTable() -> String {
    let settings = [
      Quantity.counted(clients, "client"),
      Quantity.counted(dimension, "value") + " each",
      "\(Quantity.percent(dropout)) leave after sharing keys",
      "\(threatModel) server",
      "\(graph) graph of degree \(DecimalText.integer(degree))",
      "threshold \(DecimalText.integer(threshold))",
      "\(laneBits)-bit lanes", cipher, Quantity.counted(threads, "thread"),
    ]
    var rows = [
      [
        "phase", "client CPU", "server CPU", "client peak", "server peak", "up per client",
        "down per client",
      ]
    ]
    for phase in phases {
      rows.append([
        phase.phase, Quantity.milliseconds(phase.clientCpuMilliseconds),
        Quantity.milliseconds(phase.serverCpuMilliseconds),
        Quantity.bytes(phase.clientPeakBytes), Quantity.bytes(phase.serverPeakBytes),
        Quantity.bytes(phase.bytesUpPerClient), Quantity.bytes(phase.bytesDownPerClient),
      ])
    }
    let body = rows.count
    rows.append([
      "whole round", Quantity.milliseconds(clientCpuMilliseconds),
      Quantity.milliseconds(serverCpuMilliseconds), Quantity.bytes(clientPeakBytes),
      Quantity.bytes(serverPeakBytes),
      Quantity.bytes(bytesUpPerClient), Quantity.bytes(bytesDownPerClient),
    ])
    var lines = TextColumns.aligned(rows, leftAligned: [0])
    let rule = String(repeating: "-", count: lines.map(\.count).max() ?? 0)
    lines.insert(rule, at: body)
    lines.insert(rule, at: 1)

    let verdict =
      switch sumsEqual {
      case .some(true): "sum = plaintext sum: yes"
      case .some(false): "sum = plaintext sum: NO"
      case .none: "no sum was released"
      }
    let outcome =
      "\(DecimalText.integer(contributors)) of \(DecimalText.integer(clients)) clients in the sum; "
      + verdict + "; wall time " + Quantity.milliseconds(wallMilliseconds)
    return ([settings.joined(separator: ", "), ""] + lines + ["", outcome])
      .joined(separator: "\n")
  }
}
