package io.mobula.internal.task;

import io.mobula.ObjectId;
import io.mobula.internal.call.ResultNotStoredException;
import io.mobula.internal.sharing.ClusterObjects;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.internal.store.ObjectStore;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sink for the results of a task that runs again because one of them was lost. The results go to
 * the directory, which tells the holders.
 *
 * @param first the first result; for a stream, the lost one
 * @param lost the lost result
 * @param attempt the number of this attempt
 */
record ReconstructedResultSink(
    ObjectStore store,
    ClusterObjects sharing,
    ObjectId first,
    ObjectId lost,
    int attempt,
    Shape shape)
    implements TaskResultSink {

  @Override
  public PreparedResults prepare(@Nullable Object value) throws ResultNotStoredException {
    return prepareReceived(
        switch (shape.kind()) {
          case SINGLE -> List.of(ResultNotStoredException.storeResult(store, value));
          case MANY -> TaskResultSink.contentsOf(value, shape.count(), store);
          case STREAM, ELEMENT ->
            List.of(ResultNotStoredException.storeResult(
                store, StreamElements.at(value, shape.count())));
        });
  }

  @Override
  public PreparedResults prepareReceived(List<ObjectContent> contents) {
    return new PreparedResults() {
      @Override
      public void publish() {
        for (int i = 0; i < contents.size(); i++) {
          var id = new ObjectId(first.node(), first.task(), first.index() + i);
          if (id.equals(lost)) {
            sharing.rebuilt(id, attempt, contents.get(i));
          } else { // it still exists, or will be reconstructed on demand
            contents.get(i).discard();
          }
        }
      }

      @Override
      public void discard() {
        contents.forEach(ObjectContent::discard);
      }
    };
  }

  @Override
  public boolean isForAnotherNode() {
    return true;
  }

  @Override
  public void fail(ObjectFailure failure) {
    sharing.rebuilt(lost, attempt, failure);
  }
}
