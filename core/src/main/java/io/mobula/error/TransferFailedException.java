package io.mobula.error;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Failure to fetch the bytes of an object from any node that was said to have it. */
public final class TransferFailedException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** Failure of each source, by the endpoint of the source. */
  private final LinkedHashMap<String, String> reasons;

  /**
   * Creates the exception with the failure of each source.
   *
   * @param reasons failure of each source, by its endpoint
   */
  public TransferFailedException(String message, Map<String, String> reasons) {
    super(message, null);
    this.reasons = new LinkedHashMap<>(reasons);
  }

  /** Returns the failure of each source, by its endpoint. */
  public Map<String, String> reasons() {
    return Collections.unmodifiableMap(reasons);
  }
}
