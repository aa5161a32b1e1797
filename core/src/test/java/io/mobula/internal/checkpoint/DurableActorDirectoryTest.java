package io.mobula.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.ActorId;
import io.mobula.internal.codec.Codec;
import io.mobula.internal.codec.CodecOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests of the files of durable actors that have the same name one after the other. */
@Timeout(60)
class DurableActorDirectoryTest {
  private static final ActorId FORMER = new ActorId(0xf0, 3);
  private static final ActorId NEXT = new ActorId(0xf1, 1);

  @TempDir
  private Path temporary;

  private CheckpointDirectory directory() {
    return new CheckpointDirectory(temporary, "a-cluster", Codec.create(CodecOptions.defaults()));
  }

  private DurableActorDirectory named() {
    return directory().ofName("hits");
  }

  private FileCheckpointStore files(ActorId actor) {
    return directory().ofName("hits", actor, "actor \"hits\"");
  }

  /** Returns an actor's files after it has got the name, and has taken up what it found. */
  private FileCheckpointStore begin(ActorId actor) {
    named().takeUp(actor);
    define(files(actor));
    named().removeFormer(actor);
    return files(actor);
  }

  private static void define(FileCheckpointStore files) {
    files.define(new FileCheckpointStore.Definition(new byte[] {7}, new Object[] {"made"}));
  }

  private static void save(FileCheckpointStore files, long term, long number, String state) {
    files.save(new SavedState(new CheckpointVersion(term, number), new byte[0], state));
  }

  private static Object state(FileCheckpointStore files) {
    return Objects.requireNonNull(files.latest(CheckpointVersion.NONE)).state();
  }

  private List<FileCheckpointStore> durable() {
    return directory().durable();
  }

  @Test
  void whoDeletesTheFilesOfAFormerActorLateLeavesThoseOfTheNext() {
    var former = begin(FORMER);
    save(former, 1, 1, "of the former");
    former.delete();
    var next = begin(NEXT);
    save(next, 1, 1, "of the next");
    former.delete();
    named().removeIfEmpty();
    assertThat(state(files(NEXT))).isEqualTo("of the next");
    assertThat(durable()).singleElement().matches(FileCheckpointStore::isDefined);
  }

  @Test
  void theNextActorGoesOnFromTheLatestCheckpointUnderItsOwnId() throws IOException {
    var former = begin(FORMER);
    save(former, 2, 8, "before");
    save(former, 2, 9, "latest");
    var next = begin(NEXT);
    assertThat(state(next)).isEqualTo("latest");
    next.beginTerm(new CheckpointVersion(2, 9), new CheckpointVersion(3, 0));
    save(former, 2, 10, "of a host that was thought dead");
    assertThat(state(files(NEXT))).isEqualTo("latest");
    next.delete();
    assertThat(durable()).isEmpty(); // although the former one's host has saved once more
    var third = new ActorId(0xf2, 1);
    assertThat(begin(third).latest(CheckpointVersion.NONE)).isNull();
    files(third).delete();
    named().removeIfEmpty();
    try (var left = entries()) {
      assertThat(left).isEmpty();
    }
  }

  private Stream<Path> entries() throws IOException {
    return Files.list(Path.of(directory().toString()));
  }

  @Test
  void ofAnActorWhoseDeletionWasCutShortNothingComesBack() throws IOException {
    var former = begin(FORMER);
    save(former, 1, 1, "of the former");
    former.deleteDefinition(); // the first step, after which the process dies
    assertThat(durable()).isEmpty();
    assertThat(begin(NEXT).latest(CheckpointVersion.NONE)).isNull();
    assertThat(Path.of(former.toString())).doesNotExist();
  }

  @Test
  void aCrashWhileFilesAreTakenUpLosesNothing() {
    save(begin(FORMER), 1, 4, "of the former");
    named().takeUp(NEXT); // and no definition
    assertThat(durable()).singleElement().hasToString(files(FORMER).toString());
    var third = new ActorId(0xf2, 1);
    named().takeUp(third);
    define(files(third)); // and the former files stay
    save(files(third), 2, 1, "of the third");
    assertThat(durable()).singleElement().hasToString(files(third).toString());
    var fourth = begin(new ActorId(0xf3, 1));
    assertThat(state(fourth)).isEqualTo("of the third");
    assertThat(durable()).singleElement().hasToString(fourth.toString());
  }

  @Test
  void theFilesOfAnEarlierReleaseAreTakenUp() {
    var own = files(FORMER);
    var old = new FileCheckpointStore(
        Objects.requireNonNull(Path.of(own.toString()).getParent()),
        Codec.create(CodecOptions.defaults()),
        "actor \"hits\"");
    define(old);
    save(old, 5, 1, "of an earlier release");
    assertThat(durable()).singleElement().hasToString(old.toString());
    assertThat(state(begin(NEXT))).isEqualTo("of an earlier release");
    assertThat(old.isDefined()).isFalse();
    assertThat(durable()).singleElement().hasToString(files(NEXT).toString());
  }
}
