package io.mobula.internal.ledger;

import io.mobula.Resources;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One request for a lease, known by identity.
 *
 * <p>{@link #granted} runs on the ledger's thread and must not block.
 */
public final class Request {
  private final Resources wanted;
  private final Supplier<String> what;
  private final Consumer<Lease> onGranted;

  /**
   * Describes a request.
   *
   * @param what names who asks, for reports
   */
  public Request(Resources wanted, Supplier<String> what, Consumer<Lease> onGranted) {
    this.wanted = wanted;
    this.what = what;
    this.onGranted = onGranted;
  }

  Resources wanted() {
    return wanted;
  }

  String what() {
    return what.get();
  }

  void granted(Lease lease) {
    onGranted.accept(lease);
  }
}
