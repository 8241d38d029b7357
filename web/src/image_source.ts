// The ways of an image into the page: dropped, pasted, chosen, from the camera.
import { by_id } from "./dom";

type Take = (file: File) => void;

function first_image(files: FileList | undefined | null): File | undefined {
  const all = [...(files ?? [])];
  return all.find((file) => file.type.startsWith("image/")) ?? all[0];
}

function watch_drops(take: Take): void {
  const stages = by_id("stages");
  let depth = 0;
  const mark = (change: number) => {
    depth = Math.max(0, depth + change);
    stages.classList.toggle("dropping", depth > 0);
  };
  const holds_files = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
  window.addEventListener("dragenter", (event) => holds_files(event) && mark(1));
  window.addEventListener("dragleave", (event) => holds_files(event) && mark(-1));
  window.addEventListener("dragover", (event) => holds_files(event) && event.preventDefault());
  window.addEventListener("drop", (event) => {
    if (!holds_files(event)) return;
    event.preventDefault();
    depth = 0;
    mark(0);
    const file = first_image(event.dataTransfer?.files);
    if (file) take(file);
  });
}

function watch_pastes(take: Take): void {
  window.addEventListener("paste", (event) => {
    const file = first_image(event.clipboardData?.files);
    if (!file) return;
    event.preventDefault();
    take(file);
  });
}

function watch_choices(take: Take): void {
  const input = by_id<HTMLInputElement>("file");
  for (const id of ["choose", "choose-other"]) by_id(id).addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    const file = first_image(input.files);
    input.value = "";
    if (file) take(file);
  });
}

/** A dialog with the camera's live image, and a button that takes one of it. */
function watch_camera(take: Take, fail: (message: string, hint: string) => void): void {
  const dialog = by_id<HTMLDialogElement>("camera-dialog");
  const video = by_id<HTMLVideoElement>("camera-video");
  const open = async () => {
    if (!navigator.mediaDevices) {
      return fail("The browser lends the camera to safe pages only.", "Open the page as http://localhost or over HTTPS.");
    }
    try {
      video.srcObject = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: "environment", width: { ideal: 1920 } },
      });
    } catch {
      return fail("There is no camera, or the browser does not lend it.", "Allow it in the browser's settings of this page.");
    }
    dialog.showModal();
    await video.play();
  };
  for (const button of document.querySelectorAll(".use-camera")) button.addEventListener("click", () => void open());
  dialog.addEventListener("close", () => {
    for (const track of (video.srcObject as MediaStream | null)?.getTracks() ?? []) track.stop();
    video.srcObject = null;
  });
  by_id("camera-cancel").addEventListener("click", () => dialog.close());
  by_id("camera-take").addEventListener("click", () => {
    if (!video.videoWidth) return;  // no frame has arrived yet
    const canvas = document.createElement("canvas");
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    canvas.getContext("2d")!.drawImage(video, 0, 0);
    dialog.close();
    canvas.toBlob((blob) => blob && take(new File([blob], "camera.jpg", { type: blob.type })), "image/jpeg", 0.95);
  });
}

export function watch_images(take: Take, fail: (message: string, hint: string) => void): void {
  watch_drops(take);
  watch_pastes(take);
  watch_choices(take);
  watch_camera(take, fail);
}
