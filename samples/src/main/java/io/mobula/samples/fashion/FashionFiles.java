package io.mobula.samples.fashion;

import io.mobula.samples.training.DataFolders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The four files of Fashion-MNIST (Xiao, Rasul and Vollgraf, 2017; MIT licence) in a folder: what
 * Debian's package {@code dataset-fashion-mnist} installs.
 *
 * @param folder holds them, each with or without {@code .gz}
 */
record FashionFiles(Path folder) {
  /** The system property that names a folder; it comes before the {@link #VARIABLE}. */
  static final String PROPERTY = "mobula.fashion-mnist";

  /** The environment variable that names a folder. */
  static final String VARIABLE = "MOBULA_FASHION_MNIST";

  private static final Path INSTALLED = Path.of("/usr/share/datasets/fashion-mnist");
  private static final String TRAIN_IMAGES = "train-images-idx3-ubyte";
  private static final String TRAIN_LABELS = "train-labels-idx1-ubyte";
  private static final String TEST_IMAGES = "t10k-images-idx3-ubyte";
  private static final String TEST_LABELS = "t10k-labels-idx1-ubyte";
  private static final List<String> ALL =
      List.of(TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS);

  /** The folder that the user chose, else the one that Debian's package fills. */
  static FashionFiles chosen(DataFolders folders) {
    return new FashionFiles(folders.chosen(PROPERTY, VARIABLE, INSTALLED));
  }

  /** Why there is nothing to read and what to do about it; empty when all four files are there. */
  Optional<String> missingReason() {
    return ALL.stream()
        .filter(name -> !Files.exists(file(name)))
        .findFirst()
        .map(this::missingReason);
  }

  private String missingReason(String name) {
    return "Fashion-MNIST is not in " + folder + ": no " + name + ".gz is there. Fetch it by"
        + " `apt-get install dataset-fashion-mnist`, or name the folder that has it in "
        + VARIABLE + " or -D" + PROPERTY + ".";
  }

  /**
   * Reads the 60 000 images for learning, in about a second.
   *
   * @throws NoSuchFileException with the {@link #missingReason} when they are not there
   * @throws IdxException when what is there is at fault
   */
  FashionSet train() throws IOException {
    return FashionSet.read(present(TRAIN_IMAGES), present(TRAIN_LABELS));
  }

  /** Reads the 10 000 images for judging what was learned; throws as {@link #train} does. */
  FashionSet test() throws IOException {
    return FashionSet.read(present(TEST_IMAGES), present(TEST_LABELS));
  }

  private Path present(String name) throws NoSuchFileException {
    var file = file(name);
    if (!Files.exists(file)) {
      throw new NoSuchFileException(file.toString(), null, missingReason(name));
    }
    return file;
  }

  private Path file(String name) {
    var zipped = folder.resolve(name + ".gz");
    return Files.exists(zipped) ? zipped : folder.resolve(name);
  }
}
