import FLMath
import Foundation
import Testing

@testable import FLRecords

/// One writer at a time, and nobody else in between.
@Suite("Locks and other writers")
struct OpenFileTests {
  @Test("a ledger that is open is refused to others, and free when it is closed")
  func locked() throws {
    let example = try ExampleLedger()
    let first = try example.open()
    #expect(example.fileRefusal() == .locked(path: example.path))
    #expect(throws: FLRecordsError.file(.locked(path: example.path))) {
      try PrivacyLedger.repair(
        at: example.path, budget: example.budget, accountant: example.accountant,
        countingAsSpent: ExampleLedger.event(1), for: 1)
    }
    _ = consume first
    #expect(example.refusal() == nil)
  }

  /// A process that is being started has copies of all descriptors until it runs its own program.
  @Test("a lock that was given up does not live on in copies of its descriptor")
  func copies() throws {
    let folder = try TemporaryFolder()
    let path = folder("file")
    let first = try OpenFile(path, for: .creating)
    try first.lock()
    var file = stat()
    #expect(unsafe stat(path, &file) == 0)
    let descriptors = (0..<Int32(1024)).filter { descriptor in
      var other = stat()
      return unsafe fstat(descriptor, &other) == 0
        && (other.st_ino, other.st_dev) == (file.st_ino, file.st_dev)
    }
    try #require(descriptors.count == 1)
    let copy = dup(descriptors[0])
    defer { close(copy) }
    try #require(copy >= 0)
    _ = consume first
    try OpenFile(path, for: .appending).lock()
  }

  @Test("of many that begin the same ledger at once, one has it")
  func race() async throws {
    let folder = try TemporaryFolder()
    let path = folder("ledger")
    let budget = try PrivacyBudget(epsilon: 1, delta: 1e-6)
    for _ in 0..<20 {
      try FilePair(file: nil, head: nil).put(at: path)
      let spent = await withTaskGroup(of: Bool?.self) { group in
        for round in 0..<8 {
          group.addTask {
            do throws(FLRecordsError) {
              var ledger = try PrivacyLedger(
                at: path, budget: budget,
                accountant: ZeroConcentratedAccountant(relation: .replace))
              let event = try? PrivacyEvent(
                .gaussian(noiseMultiplier: 100), relation: .replace, sampling: .none,
                repetitions: 1)
              guard let event else { return nil }
              try ledger.spend(event, for: round)
              return true
            } catch .file(.locked) {
              return false
            } catch {
              Issue.record("\(error)")
              return nil
            }
          }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
      let count = spent.count { $0 == true }
      #expect(count >= 1)
      #expect(FilePair(at: path).lines.count == 1 + count)
      #expect(try folder.names() == ["ledger", "ledger.head"])
    }
  }

  /// What else may happen to a file while it is open.
  enum Interference: CaseIterable {
    case appended, cut, deleted, replaced
  }

  @Test("a file changed by others while it is open takes no more", arguments: Interference.allCases)
  func changed(_ interference: Interference) throws {
    let example = try ExampleLedger()
    var ledger = try example.open()
    let bytes = try #require(example.stages[3].file)
    switch interference {
    case .appended, .cut:
      let handle = try #require(FileHandle(forUpdatingAtPath: example.path))
      if interference == .cut {
        try handle.truncate(atOffset: UInt64(bytes.count - 1))
      } else {
        try handle.seekToEnd()
        try handle.write(contentsOf: Data([10]))
      }
      try handle.close()
    case .deleted:
      try FileManager.default.removeItem(atPath: example.path)
    case .replaced:
      try FileManager.default.removeItem(atPath: example.path)
      try example.stages[3].put(at: example.path)
    }
    let before = FilePair(at: example.path)
    let event = try ExampleLedger.event(3)
    var refusal: FLRecordsError?
    do { try ledger.spend(event, for: 3) } catch { refusal = error }
    #expect(refusal == .file(.changed(path: example.path)))
    #expect(FilePair(at: example.path) == before)
  }

  @Test("a folder that is not there")
  func noFolder() throws {
    let folder = try TemporaryFolder()
    let path = folder("nowhere/ledger")
    let budget = try PrivacyBudget(epsilon: 1, delta: 1e-6)
    var refusal: FLRecordsError?
    do {
      _ = try PrivacyLedger(
        at: path, budget: budget, accountant: ZeroConcentratedAccountant(relation: .replace)
      ).epsilonSpent
    } catch { refusal = error }
    // The name that was given, not that under which a new file begins.
    #expect(refusal == .file(.system(operation: "create", path: path, code: ENOENT)))
  }

  @Test(
    "the folder of a path", arguments: [("a", "."), ("/a", "/"), ("/a/b", "/a"), ("a/b/c", "a/b")])
  func folders(path: String, folder: String) {
    #expect(FolderEntry.folder(of: path) == folder)
  }
}
