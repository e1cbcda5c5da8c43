import FLMath
import SecAgg
import Testing

/// Bytes from which no client can be woken are refused with the reason, and never trap.
@Suite("Damaged suspension")
struct DamagedSuspensionTests {
  @Test("cut short at every length", arguments: SuspendedRound.allCases)
  func truncated(round: SuspendedRound) throws {
    let bytes = try round.bytes()
    for length in bytes.indices {
      let expected: StoredStateError =
        length < 32 ? .truncated(expectedAtLeast: 32, found: length) : .damaged
      let found = round.refusal(of: Array(bytes.prefix(length)))
      #expect(found == .notRestorable(expected), "length \(length)")
    }
  }

  @Test("each byte changed", arguments: SuspendedRound.allCases)
  func changed(round: SuspendedRound) throws {
    let bytes = try round.bytes()
    for index in bytes.indices {
      var changed = bytes
      changed[index] ^= 1 << UInt8(index % 8)
      #expect(round.refusal(of: changed) == .notRestorable(.damaged), "byte \(index)")
    }
  }

  @Test("of another round", arguments: SuspendedRound.allCases, SuspendedRound.allCases)
  func otherRound(stored: SuspendedRound, expected: SuspendedRound) throws {
    let refusal = expected.refusal(of: try stored.bytes())
    if stored == expected {
      #expect(refusal == nil)
    } else {
      #expect(refusal == .notRestorable(.notThisKind(expected: expected.label)))
    }
  }

  @Test("of a server", arguments: SuspendedRound.allCases)
  func ofAServer(round: SuspendedRound) throws {
    let server = ServerSession(parameters: try SuspendedRound.lone().parameters)
    #expect(
      round.refusal(of: server.stored())
        == .notRestorable(.notThisKind(expected: round.label)))
  }

  @Test("with bytes behind them", arguments: SuspendedRound.allCases, [1, 8, 100])
  func trailing(round: SuspendedRound, count: Int) throws {
    let bytes = try round.bytes()
    let padding = [UInt8](repeating: 0, count: count)
    #expect(round.refusal(of: bytes + padding) == .notRestorable(.damaged))
    let forged = ForgedState.sealed(ForgedState.content(of: bytes) + padding)
    #expect(round.refusal(of: forged) == .notRestorable(.trailingBytes(count)))
  }

  @Test("cut short under a checksum that matches", arguments: SuspendedRound.allCases)
  func forgedTruncation(round: SuspendedRound) throws {
    let content = ForgedState.content(of: try round.bytes())
    for length in 0..<content.count {
      let refusal = round.refusal(of: ForgedState.sealed(content.prefix(length)))
      guard case .notRestorable = refusal else {
        Issue.record("length \(length): \(String(describing: refusal))")
        continue
      }
    }
  }

  /// Whoever can forge a suspended client has its secrets anyway; what is shown here is that
  /// nothing that can be written there traps.
  @Test("forged at random: refused, or a client that answers or refuses", arguments: 0..<4)
  func forged(seed: Int) throws {
    var generator = SimulationGenerator(seed: UInt64(seed))
    let lone = try SuspendedRound.lone()
    let announcement = lone.announcement(neighbours: try lone.advertisements(of: [1, 3, 4, 6]))
    let delivery = try lone.delivery(from: [1, 4, 6])
    let request = try lone.request(contributors: [1, 2, 4])
    let states = try SuspendedRound.allCases.map { round in
      switch round {
      case .advertiseKeys: try lone.advertise().stored().copied()
      case .shareKeys: try lone.share(withNeighbours: [1, 3, 4, 6]).stored().copied()
      case .maskedInput:
        try lone.mask(withNeighbours: [1, 3, 4, 6], sharers: [1, 4, 6]).stored().copied()
      }
    }
    var outcomes: Set<String> = []
    for _ in 0..<200 {
      for (round, state) in zip(SuspendedRound.allCases, states) {
        let forged = SecretBytes(copying: ForgedState.changed(state, using: &generator))
        do {
          switch round {
          case .advertiseKeys:
            _ = try AdvertiseKeysRound(restoring: forged).shareKeys(with: announcement)
          case .shareKeys:
            _ = try ShareKeysRound(restoring: forged).maskInput(lone.input(), delivery: delivery)
          case .maskedInput:
            _ = try MaskedInputRound(restoring: forged).unmask(request)
          }
          outcomes.insert("answered")
        } catch ClientError.notRestorable {
          outcomes.insert("not resumable")
        } catch is ClientError {
          outcomes.insert("refused")
        }
      }
    }
    #expect(outcomes == ["answered", "not resumable", "refused"], "seed \(seed)")
  }
}
