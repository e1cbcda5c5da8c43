#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Android)
  internal import Android
#endif

/// The time of day.
enum Clock {
  /// By the system's clock.
  static func secondsSince1970() -> Int64 {
    Int64(time(nil))
  }
}
