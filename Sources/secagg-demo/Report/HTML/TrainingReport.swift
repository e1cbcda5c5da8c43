import Foundation

/// Renders the record of a training run as one HTML page that needs nothing else: styles and
/// drawings are inline, there are no scripts and no requests, so it opens offline and can be
/// archived or mailed as it is.
struct TrainingReport {
  let record: TrainingRecord

  /// A report on `record`.
  init(_ record: TrainingRecord) {
    self.record = record
  }

  /// The page, from the document type to the end.
  func html() -> String {
    let sections = [
      SummarySection(record: record).html(),
      KeyFigures(record: record).html(),
      AccuracySection(record: record).html(),
      ServerViewSection(record: record).html(),
      DropoutSection(record: record).html(),
      PhaseSection(record: record).html(),
      RoundTable(record: record).html(),
      ConfigurationTable(configuration: record.configuration, privacy: record.privacy).html(),
      ReadingGuide(configuration: record.configuration, privacy: record.privacy).html(),
    ]
    return HTMLPage.html(
      title: SummarySection.title + ": " + record.configuration.data, sections: sections)
  }

  /// The page as UTF-8, to be written to a file.
  func data() -> Data { Data(html().utf8) }
}
