package io.mobula.internal.memory;

import java.util.Objects;

/**
 * Location of a store on its host, with the random number that identifies the store.
 *
 * @param directory the path of its directory
 * @param idHigh the upper half of the random number in all of its files
 * @param idLow the lower half
 */
public record StoreAddress(String directory, long idHigh, long idLow) {
  /** Rejects a null directory with {@code NullPointerException}. */
  public StoreAddress {
    Objects.requireNonNull(directory, "directory");
  }

  /** Returns the store id as one value. */
  public FileHeader.StoreId storeId() {
    return new FileHeader.StoreId(idHigh, idLow);
  }

  @Override
  public String toString() {
    return directory + " (" + storeId() + ")";
  }
}
