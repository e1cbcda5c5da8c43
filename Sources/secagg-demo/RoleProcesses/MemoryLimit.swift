import Foundation

/// The memory that a process may take. An allocation that fails ends the process without a word.
enum MemoryLimit {
  /// The program, its libraries and what the runtime reserves, as address space.
  private static let program: UInt64 = 400_000_000
  /// Vectors of the process that makes them, in bytes for each element.
  private static let forEachElement: UInt64 = 48
  /// Sealed shares and keys in bytes for each pair of neighbours.
  private static let forEachPair: UInt64 = 500

  /// Checks before an aggregation that its largest process can have its memory.
  ///
  /// - Throws: ``TooLow``.
  static func check(dimension: Int, clients: Int, degree: Int) throws(TooLow) {
    let needed =
      program + saturated(UInt64(dimension), forEachElement)
      + saturated(UInt64(clients), saturated(UInt64(degree), forEachPair))
    guard needed <= available else { throw TooLow(needed: needed, found: available) }
  }

  /// The address space that is allowed, or the memory that the machine has.
  private static var available: UInt64 {
    #if canImport(Glibc)
      let memory = __rlimit_resource_t(RLIMIT_AS.rawValue)
    #else
      let memory = RLIMIT_AS
    #endif
    let machine = ProcessInfo.processInfo.physicalMemory
    var limit = rlimit()
    guard unsafe getrlimit(memory, &limit) == 0 else { return machine }
    return min(UInt64(limit.rlim_cur), machine)
  }

  /// A product, or so much that no machine has it, several times over.
  private static func saturated(_ one: UInt64, _ other: UInt64) -> UInt64 {
    let (product, overflow) = one.multipliedReportingOverflow(by: other)
    return overflow ? .max / 4 : min(product, .max / 4)
  }

  /// The limit is too low for the vectors and clients that were asked for.
  struct TooLow: Error, CustomStringConvertible {
    let needed: UInt64
    let found: UInt64

    var description: String {
      "Expected memory for \(Quantity.bytes(Double(needed))) in one process, found "
        + "\(Quantity.bytes(Double(found))); lower --dimension or --clients, or raise the limit, for example with "
        + "`ulimit -v \(needed / 1024 + 1)`."
    }
  }
}
