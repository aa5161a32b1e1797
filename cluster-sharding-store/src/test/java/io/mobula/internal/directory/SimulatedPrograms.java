package io.mobula.internal.directory;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.spi.HoldStatement;
import io.mobula.spi.Lineage;
import io.mobula.spi.LocateResult;
import io.mobula.spi.PublishedObject;
import io.mobula.spi.ReconstructionReply;
import java.util.ArrayList;
import java.util.List;

/**
 * Programs of a simulated cluster: what they do with objects, such as making, passing, reading and
 * rebuilding them, and what each node states about it.
 */
final class SimulatedPrograms {
  private final SimulatedCluster cluster;

  SimulatedPrograms(SimulatedCluster cluster) {
    this.cluster = cluster;
  }

  ObjectId make(SimulatedNode node, List<ObjectId> inside, List<ObjectId> upstream) {
    var id = new ObjectId(node.id.incarnation(), cluster.nextNumber(), 0);
    cluster.contents.put(id, List.copyOf(inside));
    node.take(id);
    node.keep(id);
    if (cluster.random.nextInt(2) == 0) {
      var lineage = new Lineage(new byte[16], upstream);
      cluster.lineages.put(id, lineage);
      node.table.statements().recordLineage(id, lineage);
    }
    if (cluster.random.nextInt(3) == 0) {
      inside.forEach(node::take);
      node.table.statements().reportAttempt(id, 1);
      cluster.clock.after(cluster.random.nextInt(600), () -> {
        if (node.alive) {
          publish(node, id, 1);
          inside.forEach(node::drop);
        }
      });
    } else {
      publish(node, id, 1);
    }
    return id;
  }

  /**
   * Publishes the result of an attempt. If a later attempt was faster, its copy stays, because
   * others may rely on it.
   */
  private void publish(SimulatedNode node, ObjectId id, int attempt) {
    if (node.sealed.getOrDefault(id, 0) > attempt) {
      return;
    }
    var inside = cluster.contents.get(id);
    if (cluster.random.nextInt(3) == 0) {
      cluster.inlined.add(id);
      node.table.statements().publish(id, new PublishedObject.Value(attempt, new byte[8], inside));
    } else {
      node.sealed.put(id, attempt);
      node.table.statements().publish(id, new PublishedObject.Sealed(attempt, 1000, true, inside));
    }
    node.touched();
  }

  /** Passes a ref as an argument. The executor keeps it or not, and may return something new. */
  void call(SimulatedNode caller, SimulatedNode executor, ObjectId argument) {
    caller.take(argument);
    long[] frame = new long[1];
    frame[0] = cluster.send(executor.id, List.of(argument), at -> {
      at.take(argument);
      cluster.clock.after(cluster.random.nextInt(200), () -> {
        if (at.alive) {
          answer(at, caller.id, frame[0], argument);
        }
      });
    });
    caller.unanswered.put(frame[0], new SimulatedCluster.SentRef(executor.id, argument));
  }

  private void answer(SimulatedNode executor, NodeId caller, long call, ObjectId argument) {
    var results = new ArrayList<ObjectId>();
    if (cluster.random.nextInt(3) > 0) {
      var inside = cluster.random.nextInt(3) == 0 ? List.of(argument) : List.<ObjectId>of();
      var result = make(executor, inside, List.of(argument));
      executor.kept.remove(result); // held until the caller has it
      results.add(result);
    }
    if (cluster.random.nextBoolean()) {
      executor.drop(argument);
    } else {
      executor.keep(argument);
    }
    var kept = executor.table.statements().statementOf(argument);
    long[] frame = new long[1];
    frame[0] = cluster.send(caller, results, at -> {
      results.forEach(at::take);
      results.forEach(at::keep);
      results.forEach(id -> submitted(at, id, argument));
      done(at, call, kept);
      var acknowledged =
          results.stream().map(id -> at.table.statements().statementOf(id)).toList();
      cluster.send(executor.id, List.of(), back -> {
        for (var each : acknowledged) {
          done(back, frame[0], each);
        }
      });
    });
    for (var result : results) {
      executor.unanswered.put(frame[0], new SimulatedCluster.SentRef(caller, result));
    }
  }

  /**
   * Records the lineage of a result at the node that submitted the task; another node has stated
   * the result.
   */
  private void submitted(SimulatedNode submitter, ObjectId result, ObjectId argument) {
    if (!cluster.lineages.containsKey(result) && submitter.handles.containsKey(argument)) {
      var lineage = new Lineage(new byte[16], List.of(argument));
      cluster.lineages.put(result, lineage);
      submitter.table.statements().recordLineage(result, lineage);
      submitter.touched();
    }
  }

  private static void done(SimulatedNode node, long frame, HoldStatement theirs) {
    var sent = node.unanswered.remove(frame);
    if (sent != null) {
      node.table.statements().relayStatements(List.of(theirs));
      node.drop(sent.id());
      node.touched();
    }
  }

  /**
   * Passes a ref to and fro, so that the same node makes different statements in quick succession.
   */
  void volley(SimulatedNode caller, SimulatedNode executor, ObjectId argument) {
    for (int i = 0; i < 4; i++) {
      cluster.clock.after(i * 60L + cluster.random.nextInt(60), () -> {
        if (caller.alive && executor.alive && caller.handles.containsKey(argument)) {
          call(caller, executor, argument);
        }
      });
    }
  }

  /** Seals the object again by another attempt of its task, which was thought dead. */
  void sealAgain(SimulatedNode node, ObjectId id) {
    if (!node.sealed.containsKey(id) && !cluster.inlined.contains(id)) {
      var inside = cluster.contents.get(id);
      if (inside.isEmpty()) {
        node.sealed.put(id, 7);
        node.table.statements().publish(id, new PublishedObject.Sealed(7, 1000, true, inside));
        node.touched();
      }
    }
  }

  /** Sends a ref in a message that nobody answers. */
  void transit(SimulatedNode from, SimulatedNode to, ObjectId id) {
    long token = cluster.nextNumber();
    from.table.statements().beginTransit(id, token, cluster.clock.now() + 1500);
    from.touched();
    cluster.transitBegan(token, id);
    cluster.clock.after(1500, () -> cluster.transitEnded(token));
    from.take(id); // until the statement is known
    cluster.clock.after(1200, () -> {
      if (from.alive) {
        from.drop(id);
      }
    });
    cluster.send(to.id, List.of(id), at -> {
      cluster.transitEnded(token);
      at.handles.merge(id, 1, Integer::sum);
      at.keep(id);
      at.table.statements().endTransit(id, token);
      at.touched();
    });
  }

  /** Reads an object; may take refs from inside, keep a copy, or reconstruct it. */
  void read(SimulatedNode reader, ObjectId id) {
    reader.take(id);
    reader.table.locate(id, 0).whenComplete((found, unheard) -> {
      if (reader.alive && found != null) {
        found(reader, id, found);
      }
      if (reader.alive) {
        reader.drop(id);
      }
    });
    reader.touched();
  }

  private void found(SimulatedNode reader, ObjectId id, LocateResult found) {
    switch (found) {
      case LocateResult.SealedCopies sealedCopies -> {
        boolean there = sealedCopies.nodes().stream()
            .map(cluster::node)
            .anyMatch(node -> node != null
                && Integer.valueOf(sealedCopies.attempt()).equals(node.sealed.get(id)));
        if (there && !reader.sealed.containsKey(id) && cluster.random.nextBoolean()) {
          reader.sealed.put(id, sealedCopies.attempt());
          reader
              .table
              .statements()
              .publish(
                  id,
                  new PublishedObject.Sealed(
                      sealedCopies.attempt(), 1000, false, cluster.contents.get(id)));
        }
        if (there) {
          open(reader, id);
        }
      }
      case LocateResult.Value value -> open(reader, id);
      case LocateResult.Failure failure -> {}
      case LocateResult.Lost lost -> {
        if (lost.reconstructible()) {
          rebuild(reader, id, lost.attempt());
        }
      }
    }
    reader.touched();
  }

  private void open(SimulatedNode reader, ObjectId id) {
    if (cluster.random.nextInt(4) == 0) {
      cluster.contents.get(id).forEach(reader::take);
      cluster.contents.get(id).forEach(reader::keep);
    }
  }

  private void rebuild(SimulatedNode reader, ObjectId id, int attempt) {
    reader.take(id);
    reader.table.requestReconstruction(id, attempt).whenComplete((ruling, unheard) -> {
      if (reader.alive) {
        if (ruling instanceof ReconstructionReply.Granted granted) {
          cluster.contents.get(id).forEach(reader::take);
          cluster.clock.after(cluster.random.nextInt(300), () -> {
            if (reader.alive) {
              publish(reader, id, granted.attempt());
              cluster.contents.get(id).forEach(reader::drop);
            }
          });
        }
        reader.drop(id);
      }
    });
    reader.touched();
  }

  /** Drops a copy that was not made here, to make room. */
  void evict(SimulatedNode node, ObjectId id) {
    if (node.sealed.containsKey(id) && node.id.incarnation() != id.node()) {
      boolean elsewhere = cluster.living.stream()
          .anyMatch(other -> other != node && node.sealed.get(id).equals(other.sealed.get(id)));
      if (elsewhere) {
        node.sealed.remove(id);
        node.table.statements().retract(id);
        node.touched();
      }
    }
  }
}
