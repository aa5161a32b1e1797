package io.mobula.ps.shard;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link CatalogActor} knows of a table, and a shard needs to make its part of it.
 *
 * @param spec what it is
 * @param checkpoint the directory of its last checkpoint; null if there is none
 */
public record TableEntry(TableSpec spec, @Nullable String checkpoint) implements Serializable {
  private static final long serialVersionUID = 1L;
}
