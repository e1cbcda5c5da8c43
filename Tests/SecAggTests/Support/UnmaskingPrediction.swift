import SecAgg

/// What `unmask()` has to do with a given set of answers, by the rules alone: a secret is taken
/// from the first t of its shares in id order of their holders, if none of these is wrong; else from
/// the first t with those of holders that were found wrong before behind all others; else all of
/// them are decoded, which corrects (n - t) / 2 wrong ones of n,
/// for each of the five words of a share by itself, and all wrong shares of that secret are named.
struct UnmaskingPrediction {
  let transcript: Transcript

  private struct Key: Hashable {
    let holder: ClientID
    let subject: ClientID
  }

  /// The faults beside the sum, or the error instead of it.
  func outcome(of answers: [UnmaskingResponse]) -> Result<Set<ShareFault>, ServerError> {
    var honest: [Key: [UInt8]] = [:]
    for answer in transcript.answers {
      for revealed in answer.shares {
        honest[Key(holder: answer.sender, subject: revealed.subject)] = revealed.share.bytes
      }
    }
    var wrongWords: [Key: Set<Int>] = [:]
    var faults: Set<ShareFault> = []
    for answer in answers {
      for revealed in answer.shares {
        let key = Key(holder: answer.sender, subject: revealed.subject)
        wrongWords[key] = Self.difference(honest[key] ?? [], revealed.share.bytes)
      }
      for subject in answer.unopened {
        faults.insert(
          ShareFault(
            holder: answer.sender, subject: subject, kind: kind(of: subject), finding: .unopened))
      }
    }
    var suspects: Set<ClientID> = []
    for subject in neededSubjects {
      let answering = (transcript.neighbours[subject] ?? []).filter {
        wrongWords[Key(holder: $0, subject: subject)] != nil
      }
      let inOrder = answering.map { wrongWords[Key(holder: $0, subject: subject)] ?? [] }
      if case .taken = verdict(on: inOrder) { continue }
      let holders =
        answering.filter { !suspects.contains($0) } + answering.filter { suspects.contains($0) }
      let wrong = holders.map { wrongWords[Key(holder: $0, subject: subject)] ?? [] }
      switch verdict(on: wrong) {
      case .missing:
        return .failure(
          .sharesMissing(
            subject: subject, kind: kind(of: subject), found: holders.count, threshold: threshold))
      case .beyondRepair:
        return .failure(
          .sharesWrong(
            subject: subject, kind: kind(of: subject), found: holders.count, threshold: threshold))
      case .taken:
        break
      case .corrected:
        for (holder, words) in zip(holders, wrong) where !words.isEmpty {
          suspects.insert(holder)
          faults.insert(
            ShareFault(
              holder: holder, subject: subject, kind: kind(of: subject), finding: .wrongShare))
        }
      }
    }
    return .success(faults)
  }

  private var threshold: Int { transcript.parameters.threshold }

  private func kind(of subject: ClientID) -> SecretKind {
    transcript.contributors.contains(subject) ? .selfMask : .maskKey
  }

  /// The contributors, then those who shared, left and masked somebody who contributed.
  private var neededSubjects: [ClientID] {
    transcript.contributors
      + transcript.sharers.filter { id in
        !transcript.contributors.contains(id)
          && (transcript.neighbours[id] ?? []).contains { transcript.contributors.contains($0) }
      }
  }

  private enum Verdict {
    case missing
    case beyondRepair
    case taken
    case corrected
  }

  private func verdict(on wrong: [Set<Int>]) -> Verdict {
    guard wrong.count >= threshold else { return .missing }
    if wrong.prefix(threshold).allSatisfy(\.isEmpty) { return .taken }
    let worst = (0..<5).map { word in wrong.count { $0.contains(word) } }.max() ?? 0
    return 2 * worst <= wrong.count - threshold ? .corrected : .beyondRepair
  }

  private static func difference(_ one: [UInt8], _ other: [UInt8]) -> Set<Int> {
    var words: Set<Int> = []
    for (index, (one, other)) in zip(one, other).enumerated() where one != other {
      words.insert(index / 8)
    }
    return words
  }
}
