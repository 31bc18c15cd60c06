package io.tradingengine.backup;

import java.util.List;
import java.util.Objects;

/**
 * Which destinations are brought up to date, and how closely they are looked at. Immutable; each
 * method returns a new request.
 */
public final class ReplicationRequest {
  /** How what a destination has already is checked. */
  public enum Check {
    /** By its listing: what is missing or of another size is copied. Reads nothing. */
    LISTING,
    /** By reading every object where it lies: what is damaged is replaced as well. */
    BYTES
  }

  private final List<String> destinations;
  private final Check check;

  private ReplicationRequest(List<String> destinations, Check check) {
    this.destinations = List.copyOf(destinations);
    this.check = check;
  }

  /** Brings all destinations up to date, by their listings. */
  public static ReplicationRequest all() {
    return new ReplicationRequest(List.of(), Check.LISTING);
  }

  /** Brings only these destinations up to date, by their names. */
  public ReplicationRequest to(List<String> names) {
    return new ReplicationRequest(names, check);
  }

  /** Reads every object where it lies, and replaces damaged ones from a copy that is whole. */
  public ReplicationRequest checkingBytes() {
    return new ReplicationRequest(destinations, Check.BYTES);
  }

  /** The destinations to bring up to date; empty for all. */
  public List<String> destinations() {
    return destinations;
  }

  public Check check() {
    return check;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ReplicationRequest that
        && destinations.equals(that.destinations)
        && check == that.check;
  }

  @Override
  public int hashCode() {
    return Objects.hash(destinations, check);
  }

  @Override
  public String toString() {
    return (destinations.isEmpty() ? "all" : String.join(",", destinations)) + " by " + check;
  }
}
