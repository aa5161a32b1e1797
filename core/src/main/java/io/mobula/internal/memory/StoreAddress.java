package io.mobula.internal.memory;

import java.util.Objects;

/**
 * Where a store is on its host, and the number that proves that it is this one.
 *
 * @param directory the path of its directory
 * @param idHigh the upper half of the random number in all of its files
 * @param idLow the lower half
 */
public record StoreAddress(String directory, long idHigh, long idLow) {
  /** Refuses null. */
  public StoreAddress {
    Objects.requireNonNull(directory, "directory");
  }

  /** The number as one. */
  public FileHeader.StoreId storeId() {
    return new FileHeader.StoreId(idHigh, idLow);
  }

  @Override
  public String toString() {
    return directory + " (" + storeId() + ")";
  }
}
