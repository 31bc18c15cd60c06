package io.tradingengine.backup.core.destination;

import io.tradingengine.backup.spi.Destination;
import io.tradingengine.backup.spi.DestinationOptions;

/** Gives destinations what their options ask for, whatever their type. */
public final class Destinations {
  private Destinations() {}

  /**
   * A destination with the name, the bandwidth and the attempts of its options. The throttle stands
   * inside: what is tried again is paid for again, and pauses between attempts cost no budget.
   *
   * @param destination closed by closing what is returned
   */
  public static Destination decorated(Destination destination, DestinationOptions options) {
    Destination decorated = destination;
    if (options.bandwidth().isPresent()) {
      decorated = Throttled.around(decorated, options.bandwidth().getAsLong());
    }
    if (options.name().isPresent()) {
      decorated = new Named(decorated, options.name().get());
    }
    return Retrying.around(decorated, options.attempts());
  }

  private static final class Named extends ForwardingDestination {
    private final String name;

    Named(Destination inner, String name) {
      super(inner);
      this.name = name;
    }

    @Override
    public String name() {
      return name;
    }
  }
}
