package io.mobula.samples.fashion;

import io.mobula.samples.training.DataFolders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Four files of Fashion-MNIST (Xiao, Rasul and Vollgraf, 2017; MIT licence) in a folder, as
 * installed by Debian's package {@code dataset-fashion-mnist}.
 *
 * @param folder folder with the files, each with or without {@code .gz}
 */
record FashionFiles(Path folder) {
  /** System property that names the folder; it has precedence over the {@link #VARIABLE}. */
  static final String PROPERTY = "mobula.fashion-mnist";

  /** Environment variable that names the folder. */
  static final String VARIABLE = "MOBULA_FASHION_MNIST";

  private static final Path INSTALLED = Path.of("/usr/share/datasets/fashion-mnist");
  private static final String TRAIN_IMAGES = "train-images-idx3-ubyte";
  private static final String TRAIN_LABELS = "train-labels-idx1-ubyte";
  private static final String TEST_IMAGES = "t10k-images-idx3-ubyte";
  private static final String TEST_LABELS = "t10k-labels-idx1-ubyte";
  private static final List<String> ALL =
      List.of(TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS);

  /** Returns the files in the folder that the user chose, else in that of Debian's package. */
  static FashionFiles chosen(DataFolders folders) {
    return new FashionFiles(folders.chosen(PROPERTY, VARIABLE, INSTALLED));
  }

  /**
   * Returns why the files cannot be read and what to do about it; empty when all four files exist.
   */
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
   * Reads the 60 000 training images, in about a second.
   *
   * @throws NoSuchFileException with the {@link #missingReason} when they do not exist
   * @throws IdxException when a file is damaged
   */
  FashionSet train() throws IOException {
    return FashionSet.read(present(TRAIN_IMAGES), present(TRAIN_LABELS));
  }

  /** Reads the 10 000 test images; throws the same exceptions as {@link #train}. */
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
