package io.mobula.ps.internal.shard;

import io.mobula.ActorHandle;
import java.io.Serializable;
import java.util.List;

/**
 * Immutable list of the shard actors that the tables of a server are split over at present.
 *
 * @param version number of the layout within the server, from 1
 * @param shards the actors, in the order of the parts
 */
public record ShardLayout(int version, List<ActorHandle<ShardActor>> shards)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Copies the list of shards. */
  public ShardLayout {
    shards = List.copyOf(shards);
  }

  /** Returns the number of shards. */
  public int size() {
    return shards.size();
  }
}
