internal import CMemcheck

/// Runs cases and prints a line for each: how many jumps and addresses depended on a secret.
struct Report {
  private(set) var failures = 0
  private(set) var cases = 0
  /// Errors that memcheck has reported within the cases.
  private var reported = 0

  /// A case in which nothing may be found.
  ///
  /// - Parameters:
  ///   - secret: what is marked.
  ///   - body: returns how many bits of its outcome are secret. None would mean that the mark got
  ///     lost on the way and that the case shows nothing.
  mutating func check(_ name: String, secret: String, _ body: () throws -> Int) {
    run(name, secret: secret, body) { found, secretBits in
      if found > 0 { return "FAIL: see memcheck's log" }
      return secretBits == 0 ? "FAIL: the outcome is not marked, so nothing was shown" : nil
    }
  }

  /// A case that does on purpose what must be found: without this the check could be blind.
  mutating func control(_ name: String, secret: String, _ body: () throws -> Void) {
    let bodyWithoutOutcome = {
      try body()
      return 0
    }
    run(name, secret: secret, bodyWithoutOutcome) { found, _ in
      found == 0 ? "FAIL: was not found" : nil
    }
  }

  private mutating func run(
    _ name: String, secret: String, _ body: () throws -> Int,
    failure: (_ found: Int, _ secretBits: Int) -> String?
  ) {
    Secrecy.note("== \(name)")
    let before = memcheck_error_count()
    var secretBits = 0
    var reason: String?
    do {
      secretBits = try Secrecy.drawing(body)
    } catch {
      reason = "FAIL: \(error)"
    }
    let found = Int(memcheck_error_count() - before)
    reported += found
    cases += 1
    let outcome = reason ?? failure(found, secretBits)
    if outcome != nil { failures += 1 }
    print("\(name) | secret: \(secret) | errors: \(found) | \(outcome ?? "ok")")
  }

  /// The last line, and whether all is well. Between the cases nothing is secret, so that an error
  /// there is one in this program.
  mutating func finish() -> Bool {
    let elsewhere = Int(memcheck_error_count()) - reported
    cases += 1
    if elsewhere > 0 {
      failures += 1
      print("between the cases | errors: \(elsewhere) | FAIL: see memcheck's log")
    }
    print("\(cases - failures) passed, \(failures) failed")
    return failures == 0
  }
}
