package io.mobula.error;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** The bytes of an object could not be fetched from any node that was said to have it. */
public final class TransferFailedException extends MobulaException {
  private static final long serialVersionUID = 1L;

  /** What was wrong, by the endpoint of the source. */
  private final LinkedHashMap<String, String> reasons;

  /**
   * Says what was wanted and what was wrong with each source.
   *
   * @param reasons what was wrong, by the endpoint of the source
   */
  public TransferFailedException(String message, Map<String, String> reasons) {
    super(message, null);
    this.reasons = new LinkedHashMap<>(reasons);
  }

  /** What was wrong with each source, by its endpoint. */
  public Map<String, String> reasons() {
    return Collections.unmodifiableMap(reasons);
  }
}
