internal import Glibc

/// Runs the client's code with its secrets marked undefined, under valgrind's memcheck, which then
/// reports every jump and every address that depends on one (Langley's ctgrind, 2010). With the
/// argument `remains`, and without valgrind, looks for what is left of secrets in memory.
@main
enum SideChannels {
  static func main() {
    if CommandLine.arguments.dropFirst().first == "remains" {
      do {
        exit(try RemainsCases.run() ? 0 : 1)
      } catch {
        print("the check itself failed: \(error)")
        exit(2)
      }
    }
    guard Secrecy.isTracked else {
      print("Run this under valgrind: make ct-check")
      exit(2)
    }
    var report = Report()
    do {
      NegativeControls.run(&report)
      try SharingCases.run(&report)
      try KeyCases.run(&report)
      try MaskingCases.run(&report)
      try SealingCases.run(&report)
      try IdentityCases.run(&report)
      try EncodingCases.run(&report)
      try SessionCases.run(&report)
    } catch {
      print("the check itself failed: \(error)")
      exit(2)
    }
    exit(report.finish() ? 0 : 1)
  }
}
