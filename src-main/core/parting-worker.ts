/** Entry of a worker thread: finds the lines that part objects, many objects at a time. */
import { partLines, type PartingJob } from '../measure/part-lines.js';
import { answerJobs } from './job-thread.js';

answerJobs<PartingJob, Int32Array<ArrayBuffer>>(partLines, ({ buffer }) => [buffer]);
