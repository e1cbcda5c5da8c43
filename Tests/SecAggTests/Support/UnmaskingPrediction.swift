import SecAgg

/// What `unmask()` has to do with a given set of answers, by the rules of section 12 of the
/// specification alone. All dealers of the transcript are honest, so a share is wrong if it is not the one
/// that its holder would have revealed honestly.
struct UnmaskingPrediction {
  let transcript: Transcript

  private struct Key: Hashable {
    let holder: ClientID
    let dealer: ClientID
  }

  /// The faults beside the sum, or the error instead of it.
  func outcome(of answers: [UnmaskingResponse]) -> Result<[ShareFault], ServerError> {
    var honest: [Key: [UInt8]] = [:]
    for answer in transcript.answers {
      for revealed in answer.shares {
        honest[Key(holder: answer.sender, dealer: revealed.subject)] = revealed.share.bytes
      }
    }
    var isRight: [Key: Bool] = [:]
    var unopened: [ShareFault] = []
    for answer in answers {
      for revealed in answer.shares {
        let key = Key(holder: answer.sender, dealer: revealed.subject)
        isRight[key] = honest[key] == revealed.share.bytes
      }
      unopened += answer.unopened.map {
        ShareFault(holder: answer.sender, dealer: $0, kind: kind(of: $0), finding: .unopened)
      }
    }
    var holders: [ClientID: [ClientID]] = [:]
    for dealer in neededDealers {
      holders[dealer] = (transcript.neighbours[dealer] ?? []).filter {
        isRight[Key(holder: $0, dealer: dealer)] != nil
      }
    }
    if let short = neededDealers.first(where: { (holders[$0] ?? []).count < threshold }) {
      return .failure(
        missing(short, found: (holders[short] ?? []).count, faults: inOrder(unopened)))
    }
    var (open, liars, lies, lost) = (neededDealers, Set<ClientID>(), [ShareFault](), [ClientID]())
    var (checkedAtOnce, checked) = (16, Set<ClientID>())
    while !open.isEmpty {
      open = open.filter { dealer in
        let all = holders[dealer] ?? []
        let first = all.filter { !liars.contains($0) } + all.filter { liars.contains($0) }
        guard checked.contains(dealer) || !liars.contains(first[threshold - 1]) else {
          return true
        }
        return first.prefix(threshold).contains {
          isRight[Key(holder: $0, dealer: dealer)] == false
        }
      }
      for dealer in open.prefix(checkedAtOnce) {
        checked.insert(dealer)
        let wrong = (holders[dealer] ?? []).filter {
          isRight[Key(holder: $0, dealer: dealer)] == false
        }
        liars.formUnion(wrong)
        lies += wrong.map {
          ShareFault(holder: $0, dealer: dealer, kind: kind(of: dealer), finding: .wrongShare)
        }
        holders[dealer]?.removeAll { wrong.contains($0) }
        if (holders[dealer] ?? []).count < threshold { lost.append(dealer) }
      }
      open.removeAll { lost.contains($0) }
      checkedAtOnce = open.count
    }
    if let first = neededDealers.first(where: { lost.contains($0) }) {
      return .failure(
        missing(first, found: (holders[first] ?? []).count, faults: inOrder(unopened + lies)))
    }
    return .success(inOrder(unopened + lies))
  }

  private func missing(_ dealer: ClientID, found: Int, faults: [ShareFault]) -> ServerError {
    .sharesMissing(
      dealer: dealer, kind: kind(of: dealer), found: found, threshold: threshold, faults: faults)
  }

  private func inOrder(_ faults: [ShareFault]) -> [ShareFault] {
    faults.sorted { ($0.dealer, $0.holder) < ($1.dealer, $1.holder) }
  }

  private var threshold: Int { transcript.parameters.threshold }

  private func kind(of dealer: ClientID) -> SecretKind {
    transcript.contributors.contains(dealer) ? .selfMask : .maskKey
  }

  /// The contributors, then the other sharers that masked a contributor.
  private var neededDealers: [ClientID] {
    transcript.contributors
      + transcript.sharers.filter { id in
        !transcript.contributors.contains(id)
          && (transcript.neighbours[id] ?? []).contains { transcript.contributors.contains($0) }
      }
  }
}
