package io.mobula.ps.shard;

import io.mobula.ActorHandle;
import java.io.Serializable;
import java.util.List;

/**
 * Which actors the tables of a server are split over at present, in order. A value.
 *
 * @param version counts the layouts of the server, from 1
 * @param shards the actors
 */
public record ShardLayout(int version, List<ActorHandle<ShardActor>> shards)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Copies the list. */
  public ShardLayout {
    shards = List.copyOf(shards);
  }

  /** How many shards there are. */
  public int size() {
    return shards.size();
  }
}
