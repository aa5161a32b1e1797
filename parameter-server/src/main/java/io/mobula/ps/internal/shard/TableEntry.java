package io.mobula.ps.internal.shard;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Entry of the {@link CatalogActor} for a table: what a restarted shard needs to recover its part.
 *
 * @param spec specification of the table
 * @param checkpoint directory of the last checkpoint; null if there is none
 */
public record TableEntry(TableSpec spec, @Nullable String checkpoint) implements Serializable {
  private static final long serialVersionUID = 1L;
}
